// The marks at three corners of a QR code (ISO/IEC 18004, 6.3.3): squares in squares, which any line through their middle crosses in
// runs of 1, 1, 3, 1 and 1 modules. Most images have none, and a search for them costs a fraction of zbar's.
#pragma once

#include <cstddef>

#include "guard/inspect/images/gray.h"

namespace rampart::guard::images {

// How many there seem to be at different places, up to `enough`: dark on light or light on dark, turned by any angle. Marks of a pixel
// a module count, those of faint contrast do not. Linear in the pixels.
std::size_t count_finders(const Gray& image, std::size_t enough);

}  // namespace rampart::guard::images
