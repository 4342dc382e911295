#include "directory.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

namespace dsmr::host {

size_t DirectoryFile::read(size_t offset, uint8_t* out, size_t size) {
  const ssize_t count = pread(fd_, out, size, static_cast<off_t>(offset));
  return count < 0 ? 0 : static_cast<size_t>(count);
}

void DirectoryFile::close() {
  ::close(fd_);
  fd_ = -1;
}

File* Directory::open(const char* name) {
  if (path_ == nullptr || name[0] != '/' || strchr(name + 1, '/') != nullptr ||
      strstr(name, "..") != nullptr || strlen(name) > MAX_NAME) {
    return nullptr;
  }
  char path[4096];
  const int length = snprintf(path, sizeof(path), "%s%s", path_, name);
  if (length < 0 || static_cast<size_t>(length) >= sizeof(path)) return nullptr;
  for (DirectoryFile& file : files_) {
    if (file.is_open()) continue;
    const int fd = ::open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0) return nullptr;
    struct stat status;
    if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
      ::close(fd);
      return nullptr;
    }
    file.adopt(fd, static_cast<size_t>(status.st_size));
    return &file;
  }
  return nullptr;
}

}  // namespace dsmr::host
