import { createRouter, createWebHistory, type Router } from 'vue-router';
import BoardView from './board/BoardView.vue';
import MachinesPage from './machines/MachinesPage.vue';

/** The pages. An address that is none of them leads to the board. */
export const createPages = (): Router =>
  createRouter({
    history: createWebHistory(),
    routes: [
      { path: '/', name: 'board', component: BoardView },
      { path: '/machines', name: 'machines', component: MachinesPage },
      { path: '/:rest(.*)*', redirect: '/' },
    ],
    scrollBehavior: (to, from, saved) => saved ?? (to.path === from.path ? false : { top: 0 }),
  });
