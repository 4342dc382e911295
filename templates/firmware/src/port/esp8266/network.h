// Wi-Fi, the set-up portal, updates over the air and mDNS.
#pragma once

namespace dsmr::esp8266 {

// Joins the stored network; without one, or when it is not there, opens the set-up portal. Returns
// once there is Wi-Fi; else it restarts the chip after the portal's time, and so tries for ever.
void join_wifi();

// `on_update` is called when an update has been accepted and its transfer begins.
void start_updates(void (*on_update)());
// Takes what came in, mDNS too. An update runs within this call, and ends in a restart; when it
// returns, there was none or it has failed.
void serve_updates();

}  // namespace dsmr::esp8266
