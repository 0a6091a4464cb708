// The first of a few bytes, sixteen at a time.
#pragma once

#include <bit>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace rampart::guard::html {

// The first byte in [at, end) that is one of `kBytes`; `end` when none is.
template <char... kBytes>
inline const char* find_any(const char* at, const char* end) {
#ifdef __SSE2__
  while (end - at >= 16) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    __m128i found = _mm_setzero_si128();
    ((found = _mm_or_si128(found, _mm_cmpeq_epi8(block, _mm_set1_epi8(kBytes)))), ...);
    if (const auto mask = static_cast<unsigned>(_mm_movemask_epi8(found)); mask != 0)
      return at + std::countr_zero(mask);
    at += 16;
  }
#endif
  while (at != end && !((*at == kBytes) || ...)) ++at;
  return at;
}

}  // namespace rampart::guard::html
