// Where in metadata a value is, as JavaScript would get there: `tags[3].url`.

/** A field, a place in an array, or what has to be called. */
export type Step = string | number | { readonly call: string };

/** Steps that are shown of a long way. */
const SHOWN = 12;

export function textOfPath(path: readonly Step[]): string {
  const shown = path.slice(0, SHOWN).map(textOf).join('');
  return `${shown.replace(/^\./, '')}${path.length > SHOWN ? '…' : ''}`;
}

function textOf(step: Step): string {
  if (typeof step === 'number') return `[${step}]`;
  if (typeof step === 'object') return step.call;
  return /^[A-Za-z_$][\w$]*$/.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`;
}
