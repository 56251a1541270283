import './feed/csp.ts';
import './ui/fonts.css';
import './tokens.css';
import './ui/base.css';
import './ui/over.css';
import { createPinia } from 'pinia';
import { createApp } from 'vue';
import App from './App.vue';
import { createGatewayClient } from './feed/gateway-client.ts';
import { provideGateway } from './feed/use-gateway.ts';
import { createPages } from './router.ts';
import { followBoard } from './shell/follow-board.ts';
import { followPreferences } from './shell/follow-preferences.ts';
import { useViewerStore } from './stores/viewer.ts';

const app = createApp(App).use(createPinia()).use(createPages());
const gateway = createGatewayClient({ onSignedOut: useViewerStore().lose });
provideGateway(app, gateway);
followBoard(gateway);

// The first words are in the person's language.
await followPreferences();
app.mount('#app');

// Over plain http from another machine there is none. Without it the page works as well, only not unreached.
if (import.meta.env.PROD) navigator.serviceWorker?.register('/worker.js').catch(() => {});
