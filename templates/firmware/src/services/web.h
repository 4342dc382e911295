// Files over HTTP, and a page for when there are none.
#pragma once

#include "../device/file_store.h"
#include "../net/http_answer.h"

namespace dsmr {

class Web {
 public:
  explicit Web(FileStore& files) : files_(files) {}
  // Answers with the file of that name, 404 where there is none. `NAME.gz` goes before `NAME`,
  // unless the client does not understand it and has a choice.
  void handle(const HttpRequest& request, HttpAnswer& answer);

 private:
  FileStore& files_;
};

}  // namespace dsmr
