// Where answers come from, for whoever has a loop: the net, unless a demonstration has something else.
#pragma once

#include <functional>
#include <memory>

#include <boost/asio/io_context.hpp>

#include "facts/provider.h"
#include "net/live_provider.h"

namespace rampart::server {

// A provider that lives on that loop, and is destroyed before it.
using OpenProvider = std::function<std::unique_ptr<facts::Provider>(boost::asio::io_context& io,
                                                                    const net::LiveOptions& options)>;
inline OpenProvider live_provider() {
  return [](boost::asio::io_context& io, const net::LiveOptions& options) {
    return std::make_unique<net::LiveProvider>(io, options);
  };
}

}  // namespace rampart::server
