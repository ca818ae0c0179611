-- The states of all things at one time are asked for by time alone.

CREATE INDEX link_state_window_start ON link_state (window_start);
CREATE INDEX intersection_performance_window_start ON intersection_performance (window_start);
CREATE INDEX parking_state_window_start ON parking_state (window_start);
