#include "guard/inspect/images/finder.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <vector>

namespace rampart::guard::images {
namespace {

// All our own.
constexpr int kContrast = 32;               // between dark and light, of 255
constexpr std::size_t kRowStep = 2;         // the inner square has three rows at least
constexpr std::size_t kMaxChecks = 20'000;  // of what a row looks like, down and up; then it counts as found

// Whether five lengths are 1, 1, 3, 1 and 1 of something, as far as pixels and blur let them.
bool is_pattern(const std::array<std::size_t, 5>& runs) {
  std::size_t all = 0;
  for (const auto run : runs) all += run;
  if (all < 7) return false;
  // In sevenths of the whole: a module is `all`, half of one `all / 2`.
  for (const std::size_t i : {0U, 1U, 3U, 4U})
    if (runs[i] * 14 < all * 1 - all / 8 || runs[i] * 7 > all * 2) return false;
  return runs[2] * 7 >= all * 2 && runs[2] * 7 <= all * 4 + all / 4;
}

class Search {
 public:
  Search(const Gray& image, std::size_t enough) : image_(image), enough_(enough) {}

  std::size_t count() {
    for (std::size_t y = 1; y < image_.height && places_.size() < enough_; y += kRowStep) read_row(y);
    return places_.size();
  }

 private:
  struct Place {
    std::size_t x = 0;
    std::size_t y = 0;
    std::size_t size = 0;
  };

  // Edges where the shade has gone kContrast away from its last extreme: early on each edge, so that the lengths between are right.
  void read_row(std::size_t y) {
    const auto row = image_.row(y);
    std::array<std::size_t, 6> edges{};  // the last six
    std::size_t seen = 0;
    int extreme = row[0];
    bool falling = true;  // whether the next edge is sought downwards
    bool begun = false;
    const auto edge = [&](std::size_t x) {
      std::ranges::copy(edges.begin() + 1, edges.end(), edges.begin());
      edges.back() = x;
      if (++seen >= edges.size()) check(edges, y);
    };
    edge(0);
    for (std::size_t x = 1; x < row.size(); ++x) {
      const int shade = row[x];
      if (!begun) {  // light or dark: the first edge says
        if (std::abs(shade - extreme) < kContrast) continue;
        begun = true;
        falling = shade > extreme;
        extreme = shade;
        edge(x);
      } else if (falling) {
        if (shade > extreme) extreme = shade;
        if (extreme - shade < kContrast) continue;
        falling = false;
        extreme = shade;
        edge(x);
      } else {
        if (shade < extreme) extreme = shade;
        if (shade - extreme < kContrast) continue;
        falling = true;
        extreme = shade;
        edge(x);
      }
    }
    edge(row.size());
  }

  void check(const std::array<std::size_t, 6>& edges, std::size_t y) {
    std::array<std::size_t, 5> runs{};
    for (std::size_t i = 0; i < runs.size(); ++i) runs[i] = edges[i + 1] - edges[i];
    if (!is_pattern(runs) || places_.size() >= enough_) return;
    const auto size = edges[5] - edges[0];
    const auto x = (edges[2] + edges[3]) / 2;
    if (is_known(x, y, size)) return;
    if (++checks_ > kMaxChecks) {
      places_.resize(enough_);
      return;
    }
    // Shades of the inner square and of the ring around it.
    const int inner = image_.row(y)[x];
    const int ring = image_.row(y)[(edges[1] + edges[2]) / 2];
    if (std::abs(inner - ring) < kContrast) return;
    if (is_pattern_down(x, y, size, inner, ring)) places_.push_back({x, y, size});
  }

  [[nodiscard]] bool is_known(std::size_t x, std::size_t y, std::size_t size) const {
    const auto near = [size](std::size_t a, std::size_t b) { return (a > b ? a - b : b - a) < size; };
    return std::ranges::any_of(places_,
                               [&](const Place& place) { return near(place.x, x) && near(place.y, y); });
  }

  // The same lengths up and down through the middle.
  [[nodiscard]] bool is_pattern_down(std::size_t x, std::size_t y, std::size_t size, int inner,
                                     int ring) const {
    const int middle = (inner + ring) / 2;
    const bool dark = inner < ring;
    const auto is_inner = [&](std::size_t at) { return (image_.row(at)[x] < middle) == dark; };
    std::array<std::size_t, 5> runs{};
    const auto walk = [&](bool down, std::array<std::size_t*, 3> lengths) {
      bool want = true;
      std::size_t at = y;
      for (auto* length : lengths) {
        for (;;) {
          if (down ? at + 1 >= image_.height : at == 0) return;
          at = down ? at + 1 : at - 1;
          if (is_inner(at) != want) break;
          if (++*length > size) return;
        }
        // The pixel that ended this run is the next one's first.
        want = !want;
        if (length != lengths.back())
          ++*lengths[static_cast<std::size_t>(std::ranges::find(lengths, length) - lengths.begin()) + 1];
      }
    };
    runs[2] = 1;
    walk(false, {&runs[2], &runs[1], &runs[0]});
    walk(true, {&runs[2], &runs[3], &runs[4]});
    std::size_t all = 0;
    for (const auto run : runs) all += run;
    return is_pattern(runs) && all * 2 > size && all < size * 2;
  }

  const Gray& image_;
  std::size_t enough_;
  std::size_t checks_ = 0;
  std::vector<Place> places_;
};

}  // namespace

std::size_t count_finders(const Gray& image, std::size_t enough) {
  return image.width < 7 || image.height < 7 ? 0 : Search(image, enough).count();
}

}  // namespace rampart::guard::images
