import { useEffect, useRef } from 'react';

interface Props {
  readonly text: string;
  readonly onChange: (text: string) => void;
}

export function SearchBox({ text, onChange }: Props) {
  const box = useRef<HTMLInputElement>(null);

  useEffect(() => {
    const focus = (event: KeyboardEvent) => {
      if (event.key !== 'k' || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      box.current?.select();
    };
    window.addEventListener('keydown', focus);
    return () => window.removeEventListener('keydown', focus);
  }, []);

  return (
    <search className="search">
      <input
        ref={box}
        type="search"
        value={text}
        onChange={({ target }) => onChange(target.value)}
        placeholder="Search by meaning"
        aria-label="Search notes by meaning"
        aria-keyshortcuts="Control+K"
        autoComplete="off"
      />
    </search>
  );
}
