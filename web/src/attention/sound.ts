let context: AudioContext | undefined;

/** Two short notes, made here. Silent where the browser plays nothing yet: before the first click on a page. */
export const playSound = async (): Promise<void> => {
  context ??= new AudioContext();
  await context.resume();
  const begin = context.currentTime;
  for (const [index, frequency] of [660, 880].entries()) {
    const at = begin + index * 0.11;
    const tone = new OscillatorNode(context, { type: 'sine', frequency });
    const volume = new GainNode(context, { gain: 0 });
    volume.gain.setValueAtTime(0, at);
    volume.gain.linearRampToValueAtTime(0.12, at + 0.012);
    volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.22);
    tone.connect(volume).connect(context.destination);
    tone.start(at);
    tone.stop(at + 0.24);
  }
};
