import { EdgeVecError } from 'edgevec';
import { html } from './dom';

/**
 * Shows an error beside the control with the error. EdgeVec's own errors name a remedy, and the
 * page highlights the remedy.
 */
export function showProblem(place: HTMLElement, error: unknown): void {
  place.hidden = false;
  if (!(error instanceof EdgeVecError) || error.remedy === undefined) {
    place.replaceChildren(error instanceof Error ? error.message : String(error));
    return;
  }
  const [before = '', after = ''] = error.message.split(error.remedy);
  place.replaceChildren(html('code', {}, error.code), ` ${before}`, html('strong', {}, error.remedy), after);
}

export function clearProblem(place: HTMLElement): void {
  place.hidden = true;
  place.replaceChildren();
}
