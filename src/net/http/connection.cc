#include "net/http/connection.h"

#include <utility>

#include <boost/asio/post.hpp>

namespace rampart::net::http {

Answer::~Answer() {
  if (given_) return;
  try {
    give(error_response(500, "nobody answered this"));
  } catch (...) {  // NOLINT(bugprone-empty-catch): no memory; the client waits until the server ends
  }
}

void Answer::give(Response response) { hand_over(std::move(response), {}); }

void Answer::decide(std::function<Handler::Plan()> planned) { hand_over({}, std::move(planned)); }

void Answer::hand_over(Response response, std::function<Handler::Plan()> planned) {
  if (given_.exchange(true)) return;
  const std::unique_lock lock(gate_->mutex);
  if (gate_->io == nullptr) return;
  if (gate_->io->get_executor().running_in_this_thread())
    return deliver(connection_, request_, std::move(response), std::move(planned));
  boost::asio::post(*gate_->io, [to = connection_, request = request_, response = std::move(response),
                                 planned = std::move(planned)]() mutable {
    deliver(to, request, std::move(response), std::move(planned));
  });
}

void Answer::deliver(const std::weak_ptr<Connection>& to, std::size_t request, Response response,
                     std::function<Handler::Plan()> planned) {
  const auto connection = to.lock();
  if (!connection || connection->served != request || connection->response || connection->planned) return;
  if (planned)
    connection->planned = std::move(planned);
  else
    connection->response = std::move(response);
  connection->wake.cancel();
}

}  // namespace rampart::net::http
