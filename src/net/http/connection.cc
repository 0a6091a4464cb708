#include "net/http/connection.h"

#include <utility>

#include <boost/asio/post.hpp>

namespace rampart::net::http {

Answer::~Answer() {
  if (given_) return;
  try {
    give(error_response(500, "nobody answered this"));
  } catch (...) {  // no memory: the client waits until the server ends
  }
}

void Answer::give(Response response) {
  if (given_.exchange(true)) return;
  const std::unique_lock lock(gate_->mutex);
  if (gate_->io == nullptr) return;
  if (gate_->io->get_executor().running_in_this_thread())
    return deliver(connection_, request_, std::move(response));
  boost::asio::post(*gate_->io,
                    [to = connection_, request = request_, response = std::move(response)]() mutable {
                      deliver(to, request, std::move(response));
                    });
}

void Answer::deliver(const std::weak_ptr<Connection>& to, std::size_t request, Response response) {
  const auto connection = to.lock();
  if (!connection || connection->served != request || connection->response) return;
  connection->response = std::move(response);
  connection->wake.cancel();
}

}  // namespace rampart::net::http
