interface Props {
  readonly error: Error;
  readonly onRetry: () => void;
}

/** The messages of EdgeVec say what has happened and what to do. */
export function Failure({ error, onRetry }: Props) {
  return (
    <div className="failure" role="alert">
      <p>{error.message}</p>
      <button type="button" onClick={onRetry}>
        Try again
      </button>
    </div>
  );
}
