import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  base: '/',
  plugins: [vue()],
  define: {
    __VUE_OPTIONS_API__: false,
    __VUE_I18N_LEGACY_API__: false,
  },
  build: { outDir: 'dist', assetsDir: 'assets', target: 'es2022' },
  server: {
    proxy: {
      '/api': 'http://127.0.0.1:8000',
      '/live': { target: 'ws://127.0.0.1:8000', ws: true },
    },
  },
  test: { include: ['tests/**/*.test.ts'], environment: 'node' },
})
