import './feed/csp.ts';
import './ui/fonts.css';
import './tokens.css';
import './ui/base.css';
import { createPinia } from 'pinia';
import { createApp } from 'vue';
import App from './App.vue';
import { createBatch } from './feed/batch.ts';
import { connectFeed } from './feed/connect.ts';
import { onWake } from './feed/wake.ts';
import { useBoardStore } from './stores/board.ts';
import { useConnectionStore } from './stores/connection.ts';

const app = createApp(App).use(createPinia());
const board = useBoardStore();
const connection = useConnectionStore();

const feedAddress = (after: string | null): string => {
  const address = new URL('/api/feed', location.href);
  address.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
  if (after) address.searchParams.set('after', after);
  return address.href;
};
const feed = connectFeed({ address: feedAddress, onMessage: createBatch(board.apply), onState: connection.become });
onWake(feed.check);

app.mount('#app');
