import { RECIPES } from '../lib/recipes';
import { Kitchen } from './kitchen';

/** A server component: only `Kitchen` runs in the browser. */
export default function Page() {
  return (
    <main>
      <h1>What shall we eat?</h1>
      <p className="lead">
        The server searches {RECIPES.length} recipes by meaning. The recipes that you keep stay in this browser, and the
        browser searches these recipes itself.
      </p>
      <Kitchen />
    </main>
  );
}
