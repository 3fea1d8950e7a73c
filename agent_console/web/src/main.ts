import { createApp } from 'vue'
import App from './App.vue'
import { apply, i18n } from './i18n'
import { router } from './router'
import './styles.css'

apply()
createApp(App).use(i18n).use(router).mount('#app')
