import { mount } from '@vue/test-utils';
import { expect, test } from 'vitest';
import type { createApp } from 'vue';
import type { GatewayClient } from '../feed/gateway-client.ts';
import { provideGateway } from '../feed/use-gateway.ts';
import HandOverSection from './HandOverSection.vue';

const mountSection = (handOver: GatewayClient['handOver']) => {
  const gateway = { handOver } as GatewayClient;
  return mount(HandOverSection, {
    props: { sessionId: 's' },
    global: { plugins: [(app: ReturnType<typeof createApp>) => provideGateway(app, gateway)] },
  });
};

test('a note is written when it is asked for, and shown as the text that it is', async () => {
  const asked: string[] = [];
  const section = mountSection(async (id) => {
    asked.push(id);
    return 'Hand-over: <b>Tail</b>\n- open';
  });
  expect(section.find('pre').exists()).toBe(false);
  await section.get('button').trigger('click');
  await expect.poll(() => section.find('pre').exists()).toBe(true);
  expect(section.get('pre').text()).toBe('Hand-over: <b>Tail</b>\n- open');
  expect(section.get('pre').find('b').exists()).toBe(false);
  expect(asked).toEqual(['s']);
});

test('says that it can’t be made, and lets one try again', async () => {
  const section = mountSection(() => Promise.reject(new Error('away')));
  await section.get('button').trigger('click');
  await expect.poll(() => section.find('.problem').exists()).toBe(true);
  expect(section.get('button').attributes('disabled')).toBeUndefined();
});
