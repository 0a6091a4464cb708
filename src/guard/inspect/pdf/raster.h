// Images of a PDF (ISO 32000-1, 8.9) as shades of gray.
#pragma once

#include <string>

#include "guard/inspect/images/images.h"
#include "guard/inspect/pdf/bounded.h"
#include "guard/inspect/pdf/qpdf.h"

namespace rampart::guard::pdf {

// Codes in the image of a stream, in pixels of the image. `unseen` says why it was not looked at.
images::ImageFacts look_at_stream(QPDFObjectHandle& stream, images::Budget& images, Work& work);

}  // namespace rampart::guard::pdf
