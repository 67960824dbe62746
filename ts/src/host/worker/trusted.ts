// Trusted Types: a page may refuse every script URL that no policy has made.

/** The name of EdgeVec's policy. A page that lists its policies must list the name. */
export const POLICY = 'edgevec';

interface Policy {
  createScriptURL(url: string): string;
}

let policy: Policy | undefined;

/** The URL of EdgeVec's own script, as the page wants the URL. */
export function trusted(url: string): string {
  const { trustedTypes } = globalThis as {
    trustedTypes?: { createPolicy(name: string, rules: Policy): Policy };
  };
  try {
    // The only URL that comes here is the URL of the worker's own text.
    policy ??= trustedTypes?.createPolicy(POLICY, { createScriptURL: (own) => own });
  } catch {
    // The page does not list the policy, or another copy of EdgeVec has made the policy. If the
    // page refuses the URL then, the error of the worker says what to do.
  }
  return policy?.createScriptURL(url) ?? url;
}

/** Whether an error comes from a page that wants a policy. */
export const wantsPolicy = (reason: string): boolean => /Trusted(ScriptURL|Type)/.test(reason);
