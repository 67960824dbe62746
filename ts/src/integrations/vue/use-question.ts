import { computed, type Ref, shallowRef, watch } from 'vue';
import { LiveQuery, type QueryState, type Question } from '../shared/live-query.js';
import { isPage } from '../shared/page.js';

/** The facts of an answer as refs, without the answer. */
export interface QueryRefs {
  /**
   * `'idle'`: nothing is asked, or there is no open database. `'loading'`: no answer to the present
   * question has come yet. `'ready'`: the answer is there. While rows change, the status stays
   * `'ready'`, and the next answer replaces the answer. `'error'`: the question failed.
   */
  readonly status: Readonly<Ref<QueryState<unknown>['status']>>;
  /** Whether the status is `'loading'`. */
  readonly isLoading: Readonly<Ref<boolean>>;
  /** Whether the answer belongs to an earlier question, and the present question is loading. */
  readonly isStale: Readonly<Ref<boolean>>;
  /** Why the question failed: most often an `EdgeVecError`. */
  readonly error: Readonly<Ref<Error | undefined>>;
  /** Asks again now, for example after an error. */
  readonly refresh: () => void;
}

/** The state of a question as refs. */
export interface AnswerRefs<T> extends QueryRefs {
  readonly data: Readonly<Ref<T | undefined>>;
}

/**
 * Follows a question for as long as the component, or the effect scope, is there.
 *
 * @param question Vue calls `question` again when a ref changes that `question` has read. Another
 * object is another question.
 */
export function useQuestion<T>(question: () => Question<T> | undefined): AnswerRefs<T> {
  const query = new LiveQuery<T>();
  const state = shallowRef(query.getState());
  let asked: Question<T> | undefined;
  const show = (): void => {
    state.value = query.stateOf(asked);
  };
  query.subscribe(show);
  if (isPage()) {
    watch(
      question,
      (now, _before, onCleanup) => {
        asked = now;
        onCleanup(query.follow(now));
        show();
      },
      { immediate: true },
    );
  }
  return {
    data: computed(() => state.value.data),
    status: computed(() => state.value.status),
    isLoading: computed(() => state.value.isLoading),
    isStale: computed(() => state.value.isStale),
    error: computed(() => state.value.error),
    refresh: () => state.value.refresh(),
  };
}
