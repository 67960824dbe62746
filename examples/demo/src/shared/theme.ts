import { Cell } from './cell';
import { byId } from './dom';

/** Replaced whenever the page changes its colours. */
export const theme = new Cell<'light' | 'dark'>('light');

const system = matchMedia('(prefers-color-scheme: dark)');

function stored(): 'light' | 'dark' | null {
  const value = document.documentElement.dataset['theme'];
  return value === 'light' || value === 'dark' ? value : null;
}

/**
 * Uses the system's colours until the user chooses others. The button names the theme that a click
 * would choose.
 */
export function mountTheme(): void {
  const button = byId<HTMLButtonElement>('theme');
  const apply = () => {
    const now = stored() ?? (system.matches ? 'dark' : 'light');
    byId('theme-name').textContent = now === 'dark' ? 'Light theme' : 'Dark theme';
    theme.set(now);
  };
  button.addEventListener('click', () => {
    const next = theme.value === 'dark' ? 'light' : 'dark';
    document.documentElement.dataset['theme'] = next;
    try {
      localStorage.setItem('theme', next);
    } catch {
      // A page without storage forgets the choice. No other code needs the stored choice.
    }
    apply();
  });
  system.addEventListener('change', apply);
  apply();
}
