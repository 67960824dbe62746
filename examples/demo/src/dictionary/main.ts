/** The dictionary: opens and fills the database, and answers each question on the page. */
import type { EdgeVecEvent } from 'edgevec';
import { keepOffline } from '../offline/keep';
import { readParameter } from '../shared/address';
import { byId } from '../shared/dom';
import * as format from '../shared/format';
import { notify, words } from '../shared/notices';
import { clearProblem, showProblem } from '../shared/problem';
import { mountTheme } from '../shared/theme';
import { ask, findExact, type Question } from './ask';
import { mountBetter } from './choice';
import { ALL_SENSES } from './files';
import { latest } from './latest';
import { painted } from './painted';
import { countRequests } from './requests';
import { loadSmall } from './small';
import { better, exact, growth, question, shown } from './state';
import { dropOldEditions, fill, type Index, openIndex } from './store';
import { mountCode } from './views/code';
import { mountDevice, tellFact, tellStats } from './views/device';
import { mountExact } from './views/exact';
import { mountProgress } from './views/progress';
import { mountQuestion, takeAskedAt } from './views/question';
import { mountResults } from './views/results';

const problem = byId('problem');
/** Requests since all files are here. Null before. */
let requests: number | null = null;

/** The number of senses to have: `?senses=5000` is a smaller dictionary, for a slow device. */
function wantedSenses(): number {
  const asked = Number(readParameter('senses'));
  return Number.isInteger(asked) && asked > 0 ? Math.min(asked, ALL_SENSES) : ALL_SENSES;
}

/** Shows the rows that another tab has added. */
let onChanged = () => {};

function onEvent(event: EdgeVecEvent): void {
  if (event.type === 'changed') {
    onChanged();
    return;
  }
  if (event.type === 'storage-gone' || event.type === 'worker-died')
    notify('gone', words(event), 'Reload', () => location.reload());
  else notify(event.type, words(event));
}

async function tellLatency(searchTime: number): Promise<void> {
  const at = takeAskedAt();
  tellFact('search', format.latency(searchTime));
  if (at === null) return;
  const felt = (await painted()) - at;
  tellFact('felt', format.latency(felt));
  const nothing = requests === 0 ? ', 0 bytes sent' : '';
  byId('times').textContent = `${format.latency(felt)} from key to screen${nothing}`;
}

/**
 * @param index answers by meaning
 * @param first the index that has all senses first, for exact words
 */
async function answer(index: Index, first: Index, asked: Question): Promise<void> {
  try {
    const text = asked.text.trim();
    const isAsked = text !== '' || asked.like !== null;
    const found = isAsked ? await ask(index, { ...asked, text }) : null;
    if (asked !== question.value) return;
    clearProblem(problem);
    shown.set(found && { ...found, question: asked, model: index.model.name });
    if (found) void tellLatency(found.searchTime);
    const word = text === '' ? null : await findExact(first.db, text, asked.parts);
    if (asked === question.value) exact.set(word);
  } catch (error) {
    showProblem(problem, error);
  }
}

async function grow(index: Index, askAgain: () => void): Promise<void> {
  const { db } = index;
  const wanted = wantedSenses();
  const rows = await db.count();
  growth.set({ rows, wanted, filling: rows < wanted });
  askAgain();
  if (rows < wanted) {
    await fill(index, wanted, (now) => {
      growth.set({ rows: now, wanted, filling: now < wanted });
      askAgain();
    });
  }
  const count = await db.count();
  growth.set({ rows: count, wanted, filling: false });
  askAgain();
  tellStats([await db.stats()]);
}

async function start(): Promise<void> {
  const small = await openIndex(await loadSmall(), onEvent);
  const { db } = small;
  /** The index of the model that the visitor has chosen, if the index is complete. */
  let index = small;
  const reply = latest((asked: Question) => answer(index, small, asked));
  question.watch(reply);
  const askAgain = () => reply(question.value);
  const count = latest(async () => {
    try {
      growth.set({ ...growth.value, rows: await db.count() });
      askAgain();
    } catch {
      // The database has ended. Another event tells the reason.
    }
  });
  onChanged = () => count(undefined);
  const growing = async (): Promise<void> => {
    try {
      await grow(small, askAgain);
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      notify('fill', `The dictionary is not complete: ${text}`, 'Try again', () => void growing());
    }
  };
  await growing();
  await dropOldEditions(db);
  // The first search by words or by a row loads the code of such searches. The page also needs the
  // code without a network.
  await findExact(db, 'a', []);
  const countAgain = countRequests((count, latest) => {
    requests = count;
    tellFact('sent', count === 0 ? '0' : `${count} ${count === 1 ? 'request' : 'requests'}, at last ${latest}`);
  });
  // The files of the better model and its index are no part of an answer.
  better.watch(({ state }) => state === 'ready' && countAgain());
  mountBetter(wantedSenses(), async (chosen) => {
    index = chosen ?? small;
    askAgain();
    const open = chosen ? [small, chosen] : [small];
    tellStats(await Promise.all(open.map(({ db }) => db.stats())));
  });
  tellFact('offline', await keepOffline());
}

mountTheme();
mountProgress();
mountDevice();
mountResults();
mountExact();
mountCode();
mountQuestion();
start().catch((error: unknown) => showProblem(problem, error));
