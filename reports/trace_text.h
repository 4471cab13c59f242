// `--trace text`: every fact of a run as a line on stdout, in order.
//
//      10.000512 broker-2        BecameLeader                partition=orders/0 leader-epoch=1 ...
//
// The time is the scenario's, in seconds. While the cluster comes up it is in parentheses, and counts from the start of
// the machines.
#ifndef KTRIAL_REPORTS_TRACE_TEXT_H_
#define KTRIAL_REPORTS_TRACE_TEXT_H_

#include <string>

#include "sim/fact.h"
#include "sim/time.h"

namespace ktrial::scenarios {
class Trial;
}

namespace ktrial::reports {

class TraceText : public sim::FactSink {
 public:
  // The trial must outlive it.
  explicit TraceText(const scenarios::Trial& trial) : trial_(trial) {}
  void OnFact(const sim::FactHeader& header, const void* fact) override;

 private:
  const scenarios::Trial& trial_;
};

// "    10.000512": seconds with microseconds, in a column of 13.
std::string TraceTime(sim::Duration at);

}  // namespace ktrial::reports

#endif  // KTRIAL_REPORTS_TRACE_TEXT_H_
