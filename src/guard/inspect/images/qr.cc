#include "guard/inspect/images/qr.h"

#include <algorithm>
#include <memory>

#include <zbar.h>

namespace rampart::guard::images {
namespace {

struct Destroy {
  void operator()(zbar::zbar_image_scanner_t* scanner) const { zbar::zbar_image_scanner_destroy(scanner); }
  void operator()(zbar::zbar_image_t* image) const { zbar::zbar_image_destroy(image); }
};
using Scanner = std::unique_ptr<zbar::zbar_image_scanner_t, Destroy>;
using Image = std::unique_ptr<zbar::zbar_image_t, Destroy>;

constexpr unsigned long kY800 = 'Y' | '8' << 8U | '0' << 16U | '0' << 24U;  // a byte of luma a pixel

Scanner make_scanner() {
  Scanner out(zbar::zbar_image_scanner_create());
  const auto set = [&](zbar::zbar_symbol_type_t type, zbar::zbar_config_t config, int value) {
    zbar::zbar_image_scanner_set_config(out.get(), type, config, value);
  };
  set(zbar::ZBAR_NONE, zbar::ZBAR_CFG_ENABLE, 0);  // all kinds
  set(zbar::ZBAR_QRCODE, zbar::ZBAR_CFG_ENABLE, 1);
  set(zbar::ZBAR_QRCODE, zbar::ZBAR_CFG_BINARY, 1);  // no guess at a charset: iconv would open files for it
  set(zbar::ZBAR_NONE, zbar::ZBAR_CFG_TEST_INVERTED, 1);
  return out;
}

}  // namespace

std::vector<FoundCode> find_codes(const Gray& image) {
  std::vector<FoundCode> out;
  const auto scanner = make_scanner();
  const Image scanned(zbar::zbar_image_create());
  zbar::zbar_image_set_format(scanned.get(), kY800);
  zbar::zbar_image_set_size(scanned.get(), static_cast<unsigned>(image.width),
                            static_cast<unsigned>(image.height));
  zbar::zbar_image_set_data(scanned.get(), image.pixels.data(),
                            static_cast<unsigned long>(image.pixels.size()), nullptr);
  if (zbar::zbar_scan_image(scanner.get(), scanned.get()) <= 0) return out;
  for (const auto* symbol = zbar::zbar_image_first_symbol(scanned.get()); symbol != nullptr;
       symbol = zbar::zbar_symbol_next(symbol)) {
    auto& code = out.emplace_back();
    code.bytes.assign(zbar::zbar_symbol_get_data(symbol), zbar::zbar_symbol_get_data_length(symbol));
    const unsigned points = zbar::zbar_symbol_get_loc_size(symbol);
    for (unsigned i = 0; i < points; ++i) {
      const int x = zbar::zbar_symbol_get_loc_x(symbol, i);
      const int y = zbar::zbar_symbol_get_loc_y(symbol, i);
      code.left = i == 0 ? x : std::min(code.left, x);
      code.right = i == 0 ? x : std::max(code.right, x);
      code.top = i == 0 ? y : std::min(code.top, y);
      code.bottom = i == 0 ? y : std::max(code.bottom, y);
    }
  }
  return out;
}

}  // namespace rampart::guard::images
