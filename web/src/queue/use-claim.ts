import { openNeeds, type Session, standingClaim } from '@crewboard/contract';
import { computed, type Ref, ref } from 'vue';
import { Refused } from '../feed/gateway-client.ts';
import { useGateway } from '../feed/use-gateway.ts';
import { useViewerStore } from '../stores/viewer.ts';
import { t } from '../words/index.ts';

/** Who looks at what a session needs, and how the viewer says that they do. Only people who sign in are told apart. */
export const useClaims = () => {
  const gateway = useGateway();
  const viewer = useViewerStore();
  const mayClaim = (session: Session): boolean =>
    viewer.isSignInRequired && viewer.mayAct && openNeeds(session).length > 0;
  const isMine = (session: Session): boolean => standingClaim(session)?.by === viewer.viewer?.name;

  /** Takes it, or takes it over from whoever is seen to have it. */
  const take = async (session: Session): Promise<void> => {
    const claim = standingClaim(session);
    const on = claim?.on ?? openNeeds(session)[0]?.id;
    if (on !== undefined) await gateway.claim(session.sessionId, { on, insteadOf: claim?.by ?? null });
  };
  const release = ({ sessionId }: Session): Promise<void> => gateway.releaseClaim(sessionId);
  return { mayClaim, isMine, take, release };
};

/** Somebody else did something with it meanwhile. */
const wasTooLate = (error: unknown): boolean => error instanceof Refused && error.status === 409;

/** Why a claim, or its release, came to nothing. */
export const refusalInWords = (error: unknown): string =>
  t(wasTooLate(error) ? 'queue.claim.tooLate' : 'queue.claim.failed');

/** The claim on one session, as a part of the page that shows it needs it. The board tells what came of what was asked. */
export const useClaim = (session: Readonly<Ref<Session>>) => {
  const { mayClaim, isMine, take, release } = useClaims();
  const isAsking = ref(false);
  const problem = ref<string | null>(null);
  const claim = computed(() => standingClaim(session.value));

  const ask = async (what: (session: Session) => Promise<void>): Promise<void> => {
    if (isAsking.value) return;
    isAsking.value = true;
    problem.value = null;
    try {
      await what(session.value);
    } catch (error) {
      // That somebody was faster, the board tells right here a moment later.
      if (!wasTooLate(error)) problem.value = refusalInWords(error);
    }
    isAsking.value = false;
  };
  return {
    claim,
    isMine: computed(() => isMine(session.value)),
    mayClaim: computed(() => mayClaim(session.value)),
    isAsking,
    problem,
    take: () => ask(take),
    release: () => ask(release),
  };
};
