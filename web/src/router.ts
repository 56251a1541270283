import { createRouter, createWebHistory, type Router } from 'vue-router';
import BoardView from './board/BoardView.vue';

/** The pages; what is not the board is loaded when somebody goes there. An address that is none of them leads to the board. */
export const createPages = (): Router =>
  createRouter({
    history: createWebHistory(),
    routes: [
      { path: '/', name: 'board', component: BoardView },
      { path: '/sessions/:id', name: 'session', component: () => import('./session/SessionPage.vue'), props: true },
      { path: '/today', name: 'today', component: () => import('./today/TodayPage.vue') },
      { path: '/machines', name: 'machines', component: () => import('./machines/MachinesPage.vue') },
      { path: '/:rest(.*)*', redirect: '/' },
    ],
    scrollBehavior: (to, from, saved) => saved ?? (to.path === from.path ? false : { top: 0 }),
  });
