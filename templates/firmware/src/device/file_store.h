// The file system as the services see it: a flat set of files, names beginning with '/'.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace dsmr {

// A file open for reading. Positioned reads, so a session keeps no more than an offset.
class File {
 public:
  virtual ~File() = default;
  virtual size_t size() = 0;
  // Reads up to `size` bytes from `offset`; returns how many it read, 0 at the end or on an error.
  virtual size_t read(size_t offset, uint8_t* out, size_t size) = 0;
  // Gives the object back to its FileStore.
  virtual void close() = 0;
};

class FileStore {
 public:
  virtual ~FileStore() = default;
  // nullptr when there is no such file, or no more files can be open at once.
  virtual File* open(const char* name) = 0;
};

}  // namespace dsmr
