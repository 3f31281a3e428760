/** The steps of an operation that is done as a whole or not at all. */
export interface Steps {
  /** Has `undo` called when a later step fails, before those that were given earlier. */
  onFailure(undo: () => void): void;
  /** Has `fd` closed at the end, whatever happens; returns it. */
  closing(fd: number): number;
}
