#pragma once

namespace dsmr {

class Led {
 public:
  virtual ~Led() = default;
  virtual void set(bool lit) = 0;
};

}  // namespace dsmr
