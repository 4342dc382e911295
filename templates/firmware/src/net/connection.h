// What a protocol session sees of the network. A port supplies both classes as thin adapters.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace dsmr {

// One TCP connection. No call blocks. Belongs to the Listener that handed it out until close().
class Connection {
 public:
  virtual ~Connection() = default;
  // Takes up to `size` received bytes. 0: none waiting, or (see at_end) none will come.
  virtual size_t read(uint8_t* out, size_t size) = 0;
  // True once the peer has closed or reset its side and all it sent has been read.
  virtual bool at_end() = 0;
  // Gives bytes to the network; returns how many it took, 0 to size. A connection that was reset
  // may take everything and throw it away: who writes gets to the end the sooner.
  virtual size_t write(const uint8_t* data, size_t size) = 0;
  // Sends what was written, then closes; the object must not be used afterwards.
  virtual void close() = 0;
};

// A TCP port that takes callers.
class Listener {
 public:
  virtual ~Listener() = default;
  // The next caller, or nullptr when nobody is waiting.
  virtual Connection* accept() = 0;
};

}  // namespace dsmr
