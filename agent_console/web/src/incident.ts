/** The form of an incident notice (突发事件播报): what is chosen, and sent once however often it is pressed. */
import { computed, ref, watch as follow } from 'vue'
import { freshId } from './id'
import type { Watch } from './watch'

export function createIncident(watch: Pick<Watch, 'incidents' | 'publish' | 'problem' | 'busy' | 'notices'>) {
  const area = ref('')
  const incident = ref('')
  const minutes = ref(120)
  const parent = ref('')
  const published = ref(false)
  /** Sent with it, so that what is asked for again after a lost answer is published once. */
  let id = freshId()

  /** The whole city, until an area is chosen. */
  const place = computed(() => watch.incidents.value.areas.find((one) => one.key === area.value) ?? watch.incidents.value.areas[0])
  const kind = computed(() => watch.incidents.value.kinds.find((one) => one.key === incident.value))
  const told = computed(() => (place.value && kind.value ? place.value.text + kind.value.text : ''))

  // Another choice is another notice.
  follow([area, incident, minutes], () => {
    id = freshId()
  }, { flush: 'sync' })

  // It was published although the answer was lost, and is withdrawn or over: its id would be refused.
  follow(watch.notices, (now, before) => {
    if (before.some((one) => one.id === id) && !now.some((one) => one.id === id)) id = freshId()
  }, { flush: 'sync' })

  async function publish(): Promise<void> {
    if (!place.value || !kind.value || watch.busy.value) return
    published.value = false
    const done = await watch.publish({
      id, incident: kind.value.key, area: place.value.key, minutes: minutes.value, case: parent.value.trim() || null,
    })
    if (done) {
      published.value = true
      incident.value = area.value = parent.value = ''
      return
    }
    if (watch.problem.value?.status === 409) id = freshId()  // this one stands for what was published before
    // Its parent case may be there already although it was not published: it is used again.
    const opened = watch.problem.value?.body.case
    if (typeof opened === 'string') parent.value = opened
  }

  return { area, incident, minutes, parent, published, place, kind, told, publish }
}
