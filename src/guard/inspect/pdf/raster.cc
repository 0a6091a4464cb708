#include "guard/inspect/pdf/raster.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "base/text.h"

namespace rampart::guard::pdf {
namespace {

constexpr std::size_t kMaxFilters = 8;     // of one stream; our own
constexpr std::size_t kMaxSpaceDepth = 4;  // colour spaces on colour spaces; our own

// What a sample's components mean (ISO 32000-1, 8.6).
struct Space {
  std::size_t components = 1;
  std::vector<std::uint8_t> palette;  // shades of Indexed, nothing of others
};

std::uint8_t shade_of(const std::uint8_t* at, std::size_t components) {
  if (components == 1) return at[0];
  if (components == 3) return images::luma(at[0], at[1], at[2]);
  const auto part = [&](std::size_t i) { return (255U - at[i]) * (255U - at[3]) / 255U; };  // CMYK
  return images::luma(part(0), part(1), part(2));
}

std::string bytes_of(QPDFObjectHandle object) {
  if (object.isString()) return object.getStringValue();
  if (!object.isStream()) return {};
  const auto data = object.getStreamData(qpdf_dl_generalized);
  return {reinterpret_cast<const char*>(data->getBuffer()), data->getSize()};
}

std::optional<Space> space_of(QPDFObjectHandle space, std::size_t depth = 0) {
  if (depth == kMaxSpaceDepth) return std::nullopt;
  const bool is_array = space.isArray() && space.getArrayNItems() != 0;
  auto head = is_array ? space.getArrayItem(0) : space;
  if (!head.isName()) return std::nullopt;
  const auto name = head.getName();
  if (name == "/DeviceGray" || name == "/CalGray" || name == "/G") return Space{};
  if (name == "/DeviceRGB" || name == "/CalRGB" || name == "/RGB")
    return Space{.components = 3, .palette = {}};
  if (name == "/DeviceCMYK" || name == "/CMYK") return Space{.components = 4, .palette = {}};
  if (!is_array) return std::nullopt;
  if (name == "/ICCBased" && space.getArrayNItems() > 1 && space.getArrayItem(1).isStream()) {
    auto count = space.getArrayItem(1).getDict().getKey("/N");
    const auto components = count.isInteger() ? count.getIntValue() : 0;
    if (components != 1 && components != 3 && components != 4) return std::nullopt;
    return Space{.components = static_cast<std::size_t>(components), .palette = {}};
  }
  if ((name == "/Indexed" || name == "/I") && space.getArrayNItems() > 3) {
    const auto base = space_of(space.getArrayItem(1), depth + 1);
    if (!base || !base->palette.empty()) return std::nullopt;
    const auto colours = bytes_of(space.getArrayItem(3));
    Space out;
    out.palette.assign(256, 0);
    for (std::size_t i = 0; i < 256 && (i + 1) * base->components <= colours.size(); ++i)
      out.palette[i] = shade_of(reinterpret_cast<const std::uint8_t*>(colours.data()) + i * base->components,
                                base->components);
    return out;
  }
  return std::nullopt;
}

std::size_t number_of(QPDFObjectHandle& dictionary, const char* key, const char* short_key) {
  auto value = dictionary.getKey(key);
  if (!value.isInteger()) value = dictionary.getKey(short_key);
  const auto number = value.isInteger() ? value.getIntValue() : 0;
  return number < 0 ? 0 : static_cast<std::size_t>(number);
}

struct Samples {
  std::size_t width = 0;
  std::size_t height = 0;
  std::size_t bits = 8;
  Space space;
  bool is_turned = false;  // by /Decode [1 0 …]: the least value is the lightest
};

images::Gray gray_of(const Samples& samples, std::string_view bytes) {
  images::Gray out{.width = samples.width, .height = samples.height, .pixels = {}};
  out.pixels.assign(out.width * out.height, 255);
  const std::size_t row_values = samples.width * samples.space.components;
  const std::size_t stride = (row_values * samples.bits + 7) / 8;
  const unsigned most = (1U << std::min<std::size_t>(samples.bits, 8)) - 1U;
  std::vector<std::uint8_t> values(row_values);
  for (std::size_t y = 0; y < out.height && (y + 1) * stride <= bytes.size(); ++y) {
    const auto* row = reinterpret_cast<const std::uint8_t*>(bytes.data()) + y * stride;
    for (std::size_t i = 0; i < row_values; ++i) {
      if (samples.bits >= 8) {
        values[i] = row[i * samples.bits / 8];
      } else {
        const auto bit = i * samples.bits;
        values[i] = static_cast<std::uint8_t>(row[bit / 8] >> (8U - samples.bits - bit % 8) & most);
      }
      if (samples.space.palette.empty() && samples.bits < 8)
        values[i] = static_cast<std::uint8_t>(values[i] * 255U / most);
      if (samples.is_turned) values[i] = static_cast<std::uint8_t>(255U - values[i]);
    }
    const auto to = out.row(y);
    for (std::size_t x = 0; x < out.width; ++x)
      to[x] = samples.space.palette.empty()
                  ? shade_of(values.data() + x * samples.space.components, samples.space.components)
                  : samples.space.palette[values[x]];
  }
  return out;
}

std::vector<std::string> filters_of(QPDFObjectHandle& dictionary) {
  auto filter = dictionary.getKey("/Filter");
  std::vector<std::string> out;
  if (filter.isName()) out.push_back(filter.getName());
  if (!filter.isArray()) return out;
  const auto count = std::min(filter.getArrayNItems(), static_cast<int>(kMaxFilters));
  out.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    auto item = filter.getArrayItem(i);
    out.push_back(item.isName() ? item.getName() : "?");
  }
  return out;
}

bool allows(const Samples& samples, const images::Budget& images, images::ImageFacts& facts) {
  if (samples.width < images::kMinSide || samples.height < images::kMinSide) return false;
  const bool fits = samples.width <= images::kMaxSide && samples.height <= images::kMaxSide &&
                    samples.width * samples.height <= images.pixels;
  if (!fits) facts.unseen = fmt::format("{} x {} pixels are over the limit", samples.width, samples.height);
  return fits;
}

}  // namespace

images::ImageFacts look_at_stream(QPDFObjectHandle& stream, images::Budget& images, Work& work) {
  images::ImageFacts out;
  auto dictionary = stream.getDict();
  Samples samples{.width = number_of(dictionary, "/Width", "/W"),
                  .height = number_of(dictionary, "/Height", "/H"),
                  .space = {}};
  if (!allows(samples, images, out)) return out;
  const auto filters = filters_of(dictionary);
  if (!filters.empty() && filters.back() == "/DCTDecode") {
    const auto raw = stream.getRawStreamData();
    std::string_view bytes(reinterpret_cast<const char*>(raw->getBuffer()), raw->getSize());
    if (filters.size() == 1) return images::look_at_image(bytes, images);
    if (filters.size() == 2 && filters[0] == "/FlateDecode")
      return images::look_at_image(inflated(bytes, work), images);
  }
  for (const auto& filter : filters)
    if (filter != "/FlateDecode" && filter != "/ASCIIHexDecode" && filter != "/ASCII85Decode") {
      out.unseen = base::printable(fmt::format("an image in {} is not read", filter.substr(1, 40)));
      return out;
    }
  auto mask = dictionary.getKey("/ImageMask");
  const bool is_mask = mask.isBool() && mask.getBoolValue();
  samples.bits = is_mask ? 1 : number_of(dictionary, "/BitsPerComponent", "/BPC");
  static constexpr std::array<std::size_t, 5> kBits = {1, 2, 4, 8, 16};
  auto space = is_mask ? std::optional(Space{}) : space_of(dictionary.getKey("/ColorSpace"));
  if (!space || std::ranges::find(kBits, samples.bits) == kBits.end()) {
    out.unseen = "an image's colours are not understood";
    return out;
  }
  samples.space = std::move(*space);
  auto decode = dictionary.getKey("/Decode");
  samples.is_turned = samples.space.palette.empty() && decode.isArray() && decode.getArrayNItems() != 0 &&
                      decode.getArrayItem(0).isNumber() && decode.getArrayItem(0).getNumericValue() > 0.5;
  const auto data = stream.getStreamData(qpdf_dl_generalized);
  return images::look_at_pixels(
      gray_of(samples, {reinterpret_cast<const char*>(data->getBuffer()), data->getSize()}), images);
}

}  // namespace rampart::guard::pdf
