/** How a page comes to its telephone and to the live socket. */

/** `desk_phone`: he answers at a telephone on his desk, and the page has none of its own. */
export interface DeskPhoneAccount {
  desk_phone: true
}

export interface SoftphoneAccount {
  desk_phone: false
  uri: string
  username: string
  password: string
  server: string
  realm: string
  ice_servers: RTCIceServer[]
}

/** What anybody may know. `phone`: whether the page /phone is there. */
export interface City {
  numbers: string[]
  timezone: string
  phone: boolean
}

export interface LiveTicket {
  ticket: string
  path: string
}
