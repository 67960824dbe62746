/**
 * On a phone, the section for the next step comes first: the data if no index is open, otherwise
 * the search.
 */
import { byId } from '../../shared/dom';
import { building, index, opening } from '../state';

const narrow = matchMedia('(max-width: 47.99rem)');

/**
 * Moves the section itself, so that keyboard and screen readers follow the same order as the eye.
 */
export function mountOrder(): void {
  const search = byId('search');
  const rail = byId('rail');
  const progress = byId('progress');
  const place = () => {
    // The order changes with the click on Build, and not at the end of the build. Later on, no
    // section moves by itself.
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
    // A user who has watched the progress sees the hits next. A user who has scrolled away stays in
    // place.
    else if (index.value && isInView(progress)) scrollTo(0, 0);
  });
  index.watch(place);
}

function isInView(element: Element): boolean {
  const { top, bottom } = element.getBoundingClientRect();
  return bottom > 0 && top < innerHeight;
}
