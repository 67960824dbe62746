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
import { ALL_SENSES, loadModel } from './files';
import { latest } from './latest';
import { painted } from './painted';
import { countRequests } from './requests';
import { exact, growth, question, shown } from './state';
import { type Dictionary, dropOldEditions, fill, openDictionary } from './store';
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

async function answer(db: Dictionary, asked: Question): Promise<void> {
  try {
    const text = asked.text.trim();
    const isAsked = text !== '' || asked.like !== null;
    const found = isAsked ? await ask(db, { ...asked, text }) : null;
    if (asked !== question.value) return;
    clearProblem(problem);
    shown.set(found && { ...found, question: asked });
    if (found) void tellLatency(found.searchTime);
    const word = text === '' ? null : await findExact(db, text, asked.parts);
    if (asked === question.value) exact.set(word);
  } catch (error) {
    showProblem(problem, error);
  }
}

async function grow(db: Dictionary, model: ArrayBuffer, askAgain: () => void): Promise<void> {
  const wanted = wantedSenses();
  const rows = await db.count();
  growth.set({ rows, wanted, filling: rows < wanted });
  askAgain();
  if (rows < wanted) {
    await fill(db, model, wanted, (now) => {
      growth.set({ rows: now, wanted, filling: now < wanted });
      askAgain();
    });
  }
  const count = await db.count();
  growth.set({ rows: count, wanted, filling: false });
  askAgain();
  tellStats(await db.stats());
}

async function start(): Promise<void> {
  const [db, model] = await Promise.all([openDictionary(onEvent), loadModel()]);
  const reply = latest((asked: Question) => answer(db, asked));
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
      await grow(db, model.slice(0), askAgain);
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      notify('fill', `The dictionary is not complete: ${text}`, 'Try again', () => void growing());
    }
  };
  await growing();
  await dropOldEditions(db);
  countRequests((count, latest) => {
    requests = count;
    tellFact('sent', count === 0 ? '0' : `${count} ${count === 1 ? 'request' : 'requests'}, at last ${latest}`);
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
