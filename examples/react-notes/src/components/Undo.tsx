interface Props {
  readonly title: string;
  readonly onUndo: () => void;
  readonly onDismiss: () => void;
}

/** Stays until the user answers, since a message that goes by itself may go too early. */
export function Undo({ title, onUndo, onDismiss }: Props) {
  return (
    <div className="undo" role="status">
      <span>Deleted “{title}”.</span>
      <button type="button" onClick={onUndo}>
        Undo
      </button>
      <button type="button" onClick={onDismiss} aria-label="Dismiss">
        ✕
      </button>
    </div>
  );
}
