#include "auth/fault.h"

namespace rampart::auth {

std::string_view to_string(Gravity gravity) {
  switch (gravity) {
    case Gravity::note:
      return "note";
    case Gravity::warning:
      return "warning";
    case Gravity::error:
      return "error";
    case Gravity::fatal:
      return "fatal";
  }
  return "note";
}

}  // namespace rampart::auth
