/** What Arterial said, as rows of its tables. Times in milliseconds; columns that are not judged are left out. */
export interface LinkStateRow {
  readonly link: string;
  readonly window_start: number;
  readonly window_seconds: number;
  readonly vehicles: number;
  readonly flow_vph: number | null;
  readonly space_mean_decikph: number | null;
  readonly quality: string;
}

export interface IncidentRow {
  readonly incident: string;
  readonly kind: string;
  readonly link: string | null;
  readonly longitude: number;
  readonly latitude: number;
  readonly started_at: number;
  readonly detected_at: number;
  readonly ended_at: number | null;
}

export interface ParkingStateRow {
  readonly facility: string;
  readonly window_start: number;
  readonly window_seconds: number;
  readonly occupied_spaces: number | null;
  readonly quality: string;
}

export interface Measures {
  readonly linkStates: readonly LinkStateRow[];
  readonly incidents: readonly IncidentRow[];
  readonly parkingStates: readonly ParkingStateRow[];
}
