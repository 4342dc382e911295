// The REST API under /api/v1 and the old logger's /getActual.json.
#pragma once

#include "../net/http_answer.h"
#include "meter_source.h"

namespace dsmr {

class Rest {
 public:
  explicit Rest(const MeterSource& source) : source_(source) {}
  // False: the path is not of this API.
  bool handle(const HttpRequest& request, HttpAnswer& answer);

 private:
  const MeterSource& source_;
};

}  // namespace dsmr
