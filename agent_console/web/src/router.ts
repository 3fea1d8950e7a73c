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
    // Without the demo there is no such page; a server that does not answer now is no proof of that.
    { path: '/phone', name: 'phone', component: Phone, beforeEnter: async () => (await city())?.phone !== false || '/' },
    { path: '/:rest(.*)*', redirect: '/' },
  ],
})
