/** On a phone, what there is to do comes first: data while there is no index, then search. */
import { byId } from '../dom';
import { building, index, opening } from '../state';

const narrow = matchMedia('(max-width: 47.99rem)');

/** Moves the section itself, so that the keyboard and screen readers go the way the eye does. */
export function mountOrder(): void {
  const search = byId('search');
  const rail = byId('rail');
  const progress = byId('progress');
  const place = () => {
    // From the click that begins a build, not at its end: nothing moves by itself later on.
    const expected = building.value || opening.value || index.value !== null;
    search.classList.toggle('expected', expected);
    const first = narrow.matches && expected;
    if (first === (search.nextElementSibling === rail)) return;
    if (first) rail.before(search);
    else rail.after(search);
  };
  narrow.addEventListener('change', place);
  opening.watch(place);
  building.watch((busy) => {
    place();
    if (!narrow.matches) return;
    if (busy) requestAnimationFrame(() => byId('index').scrollIntoView({ block: 'end' }));
    // Who has watched it sees the hits next; who has gone elsewhere stays there.
    else if (index.value && isInView(progress)) scrollTo(0, 0);
  });
  index.watch(place);
}

function isInView(element: Element): boolean {
  const { top, bottom } = element.getBoundingClientRect();
  return bottom > 0 && top < innerHeight;
}
