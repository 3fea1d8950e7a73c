import { createRouter, createWebHistory } from 'vue-router'
import Console from './pages/Console.vue'
import SignIn from './pages/SignIn.vue'

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/', name: 'sign-in', component: SignIn },
    { path: '/console', name: 'console', component: Console },
    { path: '/:rest(.*)*', redirect: '/' },
  ],
})
