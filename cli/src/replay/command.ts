import { readCapture } from './capture.ts';
import { replayCapture } from './replay.ts';

/** `crewboard replay <capture>`: for people a line per change, with `json` one JSON object per line. */
export const replay = async (dir: string, json: boolean): Promise<void> => {
  for await (const change of replayCapture(await readCapture(dir))) {
    console.log(json ? JSON.stringify(change) : sentence(change));
  }
};

const sentence = ({
  t,
  sessionId,
  status,
  ended,
}: {
  t: number;
  sessionId: string;
  status: string;
  ended: boolean;
}): string => `${t.toFixed(3).padStart(9)} s  ${sessionId}  ${ended ? `${status}, ended` : status}`;
