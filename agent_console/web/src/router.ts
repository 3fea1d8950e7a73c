import { createRouter, createWebHistory } from 'vue-router'
import { city } from './city'
import Console from './pages/Console.vue'
import Phone from './pages/Phone.vue'
import SignIn from './pages/SignIn.vue'

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/', name: 'sign-in', component: SignIn },
    { path: '/console', name: 'console', component: Console },
    // Only who administers loads its page: it is large, and no operator waits for it.
    { path: '/admin/:tab?/:key?', name: 'admin', component: () => import('./pages/Admin.vue') },
    // Only supervisors load their page: no operator waits for it.
    { path: '/supervisor', name: 'supervisor', component: () => import('./pages/Supervisor.vue') },
    // Without the demo there is no such page; a server that does not answer now is no proof of that.
    { path: '/phone', name: 'phone', component: Phone, beforeEnter: async () => (await city())?.phone !== false || '/' },
    { path: '/roster', name: 'roster', component: () => import('./pages/Roster.vue') },
    { path: '/:rest(.*)*', redirect: '/' },
  ],
})
