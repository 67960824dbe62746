// The path to a value in metadata, as a JavaScript expression: `tags[3].url`.

/** A field, a position in an array, or a call. */
export type Step = string | number | { readonly call: string };

/** The number of steps shown of a long path. */
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
