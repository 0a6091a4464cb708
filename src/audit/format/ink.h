// Which tone says what in a report.
#pragma once

#include "audit/report.h"
#include "base/ink.h"

namespace rampart::audit {

using base::Ink;
using base::Tone;

inline Tone tone_of(Severity level) {
  if (level >= Severity::high) return Tone::bad;
  return level == Severity::medium ? Tone::warn : Tone::plain;
}

inline Tone tone_of(Status status) {
  switch (status) {
    case Status::spoofable:
      return Tone::bad;
    case Status::protected_:
      return Tone::good;
    case Status::partly_protected:
    case Status::unknown:
      return Tone::warn;
  }
  return Tone::plain;
}

inline Tone tone_of(Disposition disposition) {
  switch (disposition) {
    case Disposition::deliver:
      return Tone::bad;
    case Disposition::reject:
      return Tone::good;
    case Disposition::quarantine:
    case Disposition::unknown:
      return Tone::warn;
  }
  return Tone::plain;
}

}  // namespace rampart::audit
