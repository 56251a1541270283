import { aSession } from '@crewboard/contract/testing';
import { mount } from '@vue/test-utils';
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, expect, test } from 'vitest';
import { defineComponent } from 'vue';
import { anAsk, asking } from '../board/testing.ts';
import { createGatewayClient, type GatewayClient, Refused } from '../feed/gateway-client.ts';
import { provideGateway } from '../feed/use-gateway.ts';
import { useCommandsStore } from '../keys/commands.ts';
import { usePassingStore } from '../stores/passing.ts';
import { useViewerStore } from '../stores/viewer.ts';
import { useQueueActions } from './use-queue-actions.ts';

const session = aSession(asking(anAsk()));
const pinia = createPinia();
beforeEach(() => setActivePinia(pinia));

/** Claims by key on a board whose gateway answers so; what the page says of it. */
const claimWith = async (claim: GatewayClient['claim']): Promise<string> => {
  const signIn = { isRequired: true, password: true, github: false, oidc: null };
  useViewerStore().hear({ viewer: { name: 'Mika', role: 'member' }, signIn, boardVersion: '1' });
  const gateway = { ...createGatewayClient(), claim };
  const Page = defineComponent({
    setup() {
      useQueueActions();
      return () => null;
    },
  });
  const page = mount(Page, {
    global: { plugins: [pinia, { install: (app) => provideGateway(app, gateway) }] },
  });
  await useCommandsStore()
    .actionsOn(session)
    .find(({ id }) => id === 'claim')
    ?.run(session);
  page.unmount();
  const { line, say } = usePassingStore();
  say('');
  return line;
};

test('of a claim by key the page says only what the board does not: that it came to nothing', async () => {
  expect(await claimWith(async () => undefined)).toBe('');
  const refused = new Refused(409, 'taken');
  expect(await claimWith(() => Promise.reject(refused))).toBe('Somebody else was faster.');
  expect(await claimWith(() => Promise.reject(new TypeError('no network')))).toContain('did not reach the board');
});
