import type { FacetCount } from 'edgevec';

interface Props {
  /** The tags of the notes that match, with the number of notes. */
  readonly facets: readonly FacetCount[];
  readonly chosen: readonly string[];
  readonly onChange: (chosen: readonly string[]) => void;
}

export function TagFilter({ facets, chosen, onChange }: Props) {
  // A chosen tag stays in the list when no note matches any more.
  const counts = new Map([
    ...chosen.map((tag) => [tag, 0] as const),
    ...facets.map(({ value, count }) => [String(value), count] as const),
  ]);
  if (counts.size === 0) return null;
  const toggle = (tag: string) =>
    onChange(chosen.includes(tag) ? chosen.filter((other) => other !== tag) : [...chosen, tag]);
  return (
    <fieldset className="tags">
      <legend>Tags</legend>
      {[...counts].map(([tag, count]) => (
        <label key={tag}>
          <input type="checkbox" checked={chosen.includes(tag)} onChange={() => toggle(tag)} />
          <span>{tag}</span>
          <data value={count}>{count}</data>
        </label>
      ))}
      {chosen.length > 0 && (
        <button type="button" className="quiet" onClick={() => onChange([])}>
          All tags
        </button>
      )}
    </fieldset>
  );
}
