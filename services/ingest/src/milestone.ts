/** Something that is reached once. */
export interface Milestone {
  /** Never rejects. */
  readonly reached: Promise<void>;
  readonly isReached: boolean;
  reach(): void;
}

export const createMilestone = (): Milestone => {
  let isReached = false;
  let resolveReached: () => void = () => undefined;
  const reached = new Promise<void>((resolve) => {
    resolveReached = resolve;
  });
  return {
    reached,
    get isReached() {
      return isReached;
    },
    reach() {
      isReached = true;
      resolveReached();
    },
  };
};
