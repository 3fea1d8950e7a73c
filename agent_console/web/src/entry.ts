/** Into a page, as who is signed in and may, and out of it: by a press, or told by the server that the session is over. */
import { onMounted, shallowRef } from 'vue'
import { useRouter } from 'vue-router'
import { api, whenSessionOver } from './api'
import type { Account } from './model'
import { createOrders } from './orders'
import { currentAccount, forget } from './session'

/** `prepare`: what the page cannot be shown without; where it throws, it can be tried again. Others go to the sign-in. */
export function useEntry(mayEnter: (account: Account) => boolean, prepare: () => Promise<unknown> = () => Promise.resolve()) {
  const router = useRouter()
  const { busy, problem, order } = createOrders()
  const account = shallowRef<Account | null>(null)

  function leave(): void {
    forget()
    void router.replace('/?over')
  }

  async function open(): Promise<void> {
    await order(async () => {
      const found = await currentAccount()
      if (!found || !mayEnter(found)) return void (await router.replace('/'))
      await prepare()
      account.value = found
    })
  }

  async function signOut(): Promise<void> {
    if (await order(api.signOut)) leave()
  }

  onMounted(() => {
    whenSessionOver(leave)
    void open()
  })

  return { account, problem, busy, open, leave, signOut }
}
