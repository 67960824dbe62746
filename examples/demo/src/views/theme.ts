import { byId } from '../dom';
import { resetPalette } from '../plot/fingerprint';
import { theme } from '../state';

const system = matchMedia('(prefers-color-scheme: dark)');

function stored(): 'light' | 'dark' | null {
  const value = document.documentElement.dataset['theme'];
  return value === 'light' || value === 'dark' ? value : null;
}

/** The system's colours until the user chooses others. The button says what it would change to. */
export function mountTheme(): void {
  const button = byId<HTMLButtonElement>('theme');
  const apply = () => {
    const now = stored() ?? (system.matches ? 'dark' : 'light');
    byId('theme-name').textContent = now === 'dark' ? 'Light theme' : 'Dark theme';
    resetPalette();
    theme.set(now);
  };
  button.addEventListener('click', () => {
    const next = theme.value === 'dark' ? 'light' : 'dark';
    document.documentElement.dataset['theme'] = next;
    try {
      localStorage.setItem('theme', next);
    } catch {
      // A page without storage forgets the choice; nothing else depends on it.
    }
    apply();
  });
  system.addEventListener('change', apply);
  apply();
}
