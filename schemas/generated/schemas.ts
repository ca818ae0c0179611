// Generated from schemas/avro by schemas/generate.ts; do not edit.
import type { RecordSchema } from '../avro-schema.ts';

/** Every schema by its name, `detector.frame.v1`. */
export const schemas: Readonly<Record<string, RecordSchema>> = {
  "approach.state.v1": {
    "type": "record",
    "name": "ApproachState",
    "namespace": "arterial",
    "doc": "What stood and came before one signal in one window, lane by lane, as far as its detectors tell.",
    "fields": [
      {
        "name": "district",
        "type": "string",
        "doc": "District of the intersection; the key of the topic."
      },
      {
        "name": "intersection",
        "type": "string",
        "doc": "Intersection."
      },
      {
        "name": "at",
        "type": {
          "type": "long",
          "logicalType": "timestamp-millis"
        },
        "doc": "When it was said, in event time."
      },
      {
        "name": "windowStart",
        "type": {
          "type": "long",
          "logicalType": "timestamp-millis"
        },
        "doc": "Start of the window."
      },
      {
        "name": "windowSeconds",
        "type": "int",
        "doc": "Length of the window. Seconds.",
        "minimum": 1,
        "maximum": 86400
      },
      {
        "name": "statuses",
        "type": "int",
        "doc": "Statuses of the controller in the window.",
        "minimum": 0,
        "maximum": 100000
      },
      {
        "name": "twin",
        "type": [
          "null",
          {
            "type": "record",
            "name": "TwinPrediction",
            "doc": "What the twin predicted at the first status of the window, and what then happened.",
            "fields": [
              {
                "name": "seconds",
                "type": "int",
                "doc": "How far it looked ahead. Seconds.",
                "minimum": 1,
                "maximum": 3600
              },
              {
                "name": "advisedVehicleSeconds",
                "type": "int",
                "doc": "Stopped delay if the advice was followed. Vehicle seconds.",
                "minimum": 0,
                "maximum": 10000000
              },
              {
                "name": "nativeVehicleSeconds",
                "type": "int",
                "doc": "Stopped delay if the controller went on with its own plan. Vehicle seconds.",
                "minimum": 0,
                "maximum": 10000000
              },
              {
                "name": "stoppedVehicleSeconds",
                "type": "int",
                "doc": "Stopped delay as it was then estimated from detectors. Vehicle seconds.",
                "minimum": 0,
                "maximum": 10000000
              },
              {
                "name": "followedPermille",
                "type": "int",
                "doc": "Of the statuses meanwhile, those that showed or led to what was advised. Permille.",
                "minimum": 0,
                "maximum": 1000
              }
            ]
          }
        ],
        "default": null,
        "doc": "Absent where no advice was given."
      },
      {
        "name": "lanes",
        "type": {
          "type": "array",
          "items": {
            "type": "record",
            "name": "ApproachLane",
            "doc": "What stood and came on one inbound lane.",
            "fields": [
              {
                "name": "link",
                "type": "string",
                "doc": "Link of the lane."
              },
              {
                "name": "lane",
                "type": "int",
                "doc": "Lane, 1 is nearest the centre of the road.",
                "minimum": 1,
                "maximum": 255
              },
              {
                "name": "queueDecivehicles",
                "type": "int",
                "doc": "Mean number of vehicles that stood. 0.1 vehicles.",
                "minimum": 0,
                "maximum": 100000
              },
              {
                "name": "deviationDecivehicles",
                "type": "int",
                "doc": "Standard deviation of the number of vehicles that is thought to be there. 0.1 vehicles.",
                "minimum": 0,
                "maximum": 100000
              },
              {
                "name": "longestQueueDecivehicles",
                "type": "int",
                "doc": "The most that stood at once. 0.1 vehicles.",
                "minimum": 0,
                "maximum": 100000
              },
              {
                "name": "longestWaitSeconds",
                "type": "int",
                "doc": "The longest that somebody stood without any leaving, up to the end of the window. Seconds.",
                "minimum": 0,
                "maximum": 100000
              },
              {
                "name": "stoppedVehicleSeconds",
                "type": "int",
                "doc": "Time that all vehicles stood, together: stopped delay. Vehicle seconds.",
                "minimum": 0,
                "maximum": 10000000
              },
              {
                "name": "arrivalVph",
                "type": "int",
                "doc": "Vehicles that come, over the last minutes. Vehicles per hour.",
                "minimum": 0,
                "maximum": 10000
              },
              {
                "name": "arrivalDeviationVph",
                "type": "int",
                "doc": "Standard deviation of it. Vehicles per hour.",
                "minimum": 0,
                "maximum": 10000
              },
              {
                "name": "saturationVph",
                "type": [
                  "null",
                  "int"
                ],
                "default": null,
                "doc": "Flow of a queue that may go, as measured. Vehicles per hour of green. Absent until enough queues were seen.",
                "minimum": 0,
                "maximum": 10000
              },
              {
                "name": "saturationDeviationVph",
                "type": [
                  "null",
                  "int"
                ],
                "default": null,
                "doc": "Standard deviation of it. Vehicles per hour of green.",
                "minimum": 0,
                "maximum": 10000
              },
              {
                "name": "spillsBack",
                "type": "boolean",
                "doc": "Whether the queue reached out of sight of the detectors."
              },
              {
                "name": "shares",
                "type": {
                  "type": "array",
                  "items": {
                    "type": "record",
                    "name": "TurningShare",
                    "doc": "How many take one movement.",
                    "fields": [
                      {
                        "name": "movement",
                        "type": "string",
                        "doc": "Movement of the network."
                      },
                      {
                        "name": "permille",
                        "type": "int",
                        "doc": "Share of the vehicles of the lane. Permille.",
                        "minimum": 0,
                        "maximum": 1000
                      },
                      {
                        "name": "deviationPermille",
                        "type": "int",
                        "doc": "Standard deviation of it. Permille.",
                        "minimum": 0,
                        "maximum": 1000
                      }
                    ]
                  }
                },
                "doc": "Where its vehicles go."
              },
              {
                "name": "quality",
                "type": {
                  "type": "enum",
                  "name": "ApproachQuality",
                  "doc": "What the values of a lane are.",
                  "symbols": [
                    "observed",
                    "imputed",
                    "missing"
                  ]
                },
                "doc": "observed: counted or seen; imputed: some of its detectors are not believed; missing: none is."
              }
            ]
          }
        },
        "doc": "Inbound lanes."
      }
    ]
  },
  "camera.observation.v1": {
    "type": "record",
    "name": "CameraObservation",
    "namespace": "arterial",
    "doc": "What one camera saw in one interval; never the picture.",
    "fields": [
      {
        "name": "site",
        "type": "string",
        "doc": "Site of the camera; the key of the topic."
      },
      {
        "name": "camera",
        "type": "string",
        "doc": "Camera that saw it."
      },
      {
        "name": "sequence",
        "type": "long",
        "doc": "Counter of the source, from 0; with the source it names the record, so a repeat is known.",
        "minimum": 0,
        "maximum": 9007199254740991
      },
      {
        "name": "at",
        "type": {
          "type": "long",
          "logicalType": "timestamp-millis"
        },
        "doc": "End of the interval."
      },
      {
        "name": "intervalSeconds",
        "type": "int",
        "doc": "Length of the interval. Seconds.",
        "minimum": 1,
        "maximum": 3600
      },
      {
        "name": "lanes",
        "type": {
          "type": "array",
          "items": {
            "type": "record",
            "name": "LaneObservation",
            "doc": "Counts of one lane.",
            "fields": [
              {
                "name": "link",
                "type": "string",
                "doc": "Link of the lane."
              },
              {
                "name": "lane",
                "type": "int",
                "doc": "Lane, 1 is nearest the centre of the road.",
                "minimum": 1,
                "maximum": 16
              },
              {
                "name": "count",
                "type": "int",
                "doc": "Vehicles that crossed the stop bar.",
                "minimum": 0,
                "maximum": 10000
              },
              {
                "name": "queueMeters",
                "type": [
                  "null",
                  "int"
                ],
                "default": null,
                "doc": "Length of the standing queue from the stop bar. Metres.",
                "minimum": 0,
                "maximum": 10000
              },
              {
                "name": "speedDecikph",
                "type": [
                  "null",
                  "int"
                ],
                "default": null,
                "doc": "Mean speed in view, 0.1 km/h.",
                "minimum": 0,
                "maximum": 3000
              }
            ]
          }
        },
        "doc": "Per lane in view."
      },
      {
        "name": "observations",
        "type": {
          "type": "array",
          "items": {
            "type": "record",
            "name": "Observation",
            "doc": "Something that ought not to be there.",
            "fields": [
              {
                "name": "kind",
                "type": {
                  "type": "enum",
                  "name": "ObservationKind",
                  "doc": "What it is.",
                  "symbols": [
                    "stoppedVehicle",
                    "wrongWay",
                    "pedestrianOnRoad",
                    "debris",
                    "illegalParking",
                    "smoke"
                  ]
                },
                "doc": "What it is."
              },
              {
                "name": "link",
                "type": "string",
                "doc": "Link on which it is."
              },
              {
                "name": "toStopBarMeters",
                "type": "int",
                "doc": "Where on the link, measured from the stop bar. Metres.",
                "minimum": 0,
                "maximum": 100000
              },
              {
                "name": "confidencePermille",
                "type": "int",
                "doc": "How sure the camera is. Permille.",
                "minimum": 0,
                "maximum": 1000
              },
              {
                "name": "track",
                "type": "long",
                "doc": "The camera's own number of the object, the same while it is in view.",
                "minimum": 0,
                "maximum": 9007199254740991
              },
              {
                "name": "plateToken",
                "type": [
                  "null",
                  "string"
                ],
                "default": null,
                "doc": "Token of the number plate under the key of the day; never the plate."
              }
            ]
          }
        },
        "doc": "What ought not to be there."
      }
    ]
  },
  "citizen.report.v1": {
    "type": "record",
    "name": "CitizenReport",
    "namespace": "arterial",
    "doc": "What a citizen reported.",
    "fields": [
      {
        "name": "district",
        "type": "string",
        "doc": "District that owns the place; the key of the topic."
      },
      {
        "name": "report",
        "type": "string",
        "doc": "Id of the report."
      },
      {
        "name": "sequence",
        "type": "long",
        "doc": "Counter of the source, from 0; with the source it names the record, so a repeat is known.",
        "minimum": 0,
        "maximum": 9007199254740991
      },
      {
        "name": "at",
        "type": {
          "type": "long",
          "logicalType": "timestamp-millis"
        },
        "doc": "When it was reported."
      },
      {
        "name": "category",
        "type": {
          "type": "enum",
          "name": "ReportCategory",
          "doc": "What the citizen chose.",
          "symbols": [
            "accident",
            "obstacle",
            "flooding",
            "signalFault",
            "parking",
            "roadDamage",
            "other"
          ]
        },
        "doc": "What the citizen chose."
      },
      {
        "name": "text",
        "type": "string",
        "doc": "In the citizen's words; at most 1,000 characters."
      },
      {
        "name": "longitude",
        "type": "double",
        "doc": "Degrees, WGS 84.",
        "minimum": -180,
        "maximum": 180
      },
      {
        "name": "latitude",
        "type": "double",
        "doc": "Degrees, WGS 84.",
        "minimum": -90,
        "maximum": 90
      }
    ]
  },
  "detector.frame.v1": {
    "type": "record",
    "name": "DetectorFrame",
    "namespace": "arterial",
    "doc": "Everything one roadside cabinet measured in one interval.",
    "fields": [
      {
        "name": "site",
        "type": "string",
        "doc": "Site of the cabinet; the key of the topic."
      },
      {
        "name": "cabinet",
        "type": "string",
        "doc": "Cabinet that polled the detectors."
      },
      {
        "name": "sequence",
        "type": "long",
        "doc": "Counter of the source, from 0; with the source it names the record, so a repeat is known.",
        "minimum": 0,
        "maximum": 9007199254740991
      },
      {
        "name": "at",
        "type": {
          "type": "long",
          "logicalType": "timestamp-millis"
        },
        "doc": "End of the interval."
      },
      {
        "name": "intervalSeconds",
        "type": "int",
        "doc": "Length of the interval. Seconds.",
        "minimum": 1,
        "maximum": 3600
      },
      {
        "name": "readings",
        "type": {
          "type": "array",
          "items": {
            "type": "record",
            "name": "Reading",
            "doc": "What one detector measured.",
            "fields": [
              {
                "name": "detector",
                "type": "int",
                "doc": "Channel of the detector in its cabinet (NTCIP 1202 vehicleDetectorNumber).",
                "minimum": 1,
                "maximum": 65535
              },
              {
                "name": "count",
                "type": [
                  "null",
                  "int"
                ],
                "default": null,
                "doc": "Vehicles that left the zone. Absent when the detector cannot count.",
                "minimum": 0,
                "maximum": 10000
              },
              {
                "name": "occupancyPermille",
                "type": [
                  "null",
                  "int"
                ],
                "default": null,
                "doc": "Share of the interval that the zone was occupied. Permille.",
                "minimum": 0,
                "maximum": 1000
              },
              {
                "name": "speedDecikph",
                "type": [
                  "null",
                  "int"
                ],
                "default": null,
                "doc": "Mean speed of the counted vehicles, 0.1 km/h. Absent when not measured.",
                "minimum": 0,
                "maximum": 3000
              }
            ],
            "columns": true
          }
        },
        "doc": "One row a detector."
      }
    ]
  },
  "driver.subscription.v1": {
    "type": "record",
    "name": "DriverSubscription",
    "namespace": "arterial",
    "doc": "A driver asks to be told, or no longer.",
    "fields": [
      {
        "name": "district",
        "type": "string",
        "doc": "District that owns the place; the key of the topic."
      },
      {
        "name": "subscription",
        "type": "string",
        "doc": "Id of the subscription."
      },
      {
        "name": "sequence",
        "type": "long",
        "doc": "Counter of the source, from 0; with the source it names the record, so a repeat is known.",
        "minimum": 0,
        "maximum": 9007199254740991
      },
      {
        "name": "at",
        "type": {
          "type": "long",
          "logicalType": "timestamp-millis"
        },
        "doc": "When the driver asked."
      },
      {
        "name": "status",
        "type": {
          "type": "enum",
          "name": "SubscriptionStatus",
          "doc": "Whether it is in force.",
          "symbols": [
            "active",
            "ended"
          ]
        },
        "doc": "Whether it is in force."
      },
      {
        "name": "facility",
        "type": [
          "null",
          "string"
        ],
        "default": null,
        "doc": "Car park that the driver is bound for."
      },
      {
        "name": "longitude",
        "type": [
          "null",
          "double"
        ],
        "default": null,
        "doc": "Place that the driver is bound for. Degrees, WGS 84.",
        "minimum": -180,
        "maximum": 180
      },
      {
        "name": "latitude",
        "type": [
          "null",
          "double"
        ],
        "default": null,
        "doc": "Place that the driver is bound for. Degrees, WGS 84.",
        "minimum": -90,
        "maximum": 90
      },
      {
        "name": "radiusMeters",
        "type": "int",
        "doc": "How far from the place still counts. Metres.",
        "minimum": 0,
        "maximum": 20000
      },
      {
        "name": "plateToken",
        "type": [
          "null",
          "string"
        ],
        "default": null,
        "doc": "Token of the driver's own plate under the key of the day, if the driver gave it."
      },
      {
        "name": "expiresAt",
        "type": {
          "type": "long",
          "logicalType": "timestamp-millis"
        },
        "doc": "Nothing is sent after this time."
      }
    ]
  },
  "environment.reading.v1": {
    "type": "record",
    "name": "EnvironmentReading",
    "namespace": "arterial",
    "doc": "What one station measured.",
    "fields": [
      {
        "name": "station",
        "type": "string",
        "doc": "Station; the key of the topic."
      },
      {
        "name": "sequence",
        "type": "long",
        "doc": "Counter of the source, from 0; with the source it names the record, so a repeat is known.",
        "minimum": 0,
        "maximum": 9007199254740991
      },
      {
        "name": "at",
        "type": {
          "type": "long",
          "logicalType": "timestamp-millis"
        },
        "doc": "When it was measured."
      },
      {
        "name": "waterLevelMillimeters",
        "type": [
          "null",
          "int"
        ],
        "default": null,
        "doc": "Water over the road surface. Millimetres.",
        "minimum": -1000,
        "maximum": 20000
      },
      {
        "name": "rainDecimillimetersPerHour",
        "type": [
          "null",
          "int"
        ],
        "default": null,
        "doc": "Rain intensity, 0.1 mm/h.",
        "minimum": 0,
        "maximum": 5000
      },
      {
        "name": "visibilityMeters",
        "type": [
          "null",
          "int"
        ],
        "default": null,
        "doc": "Meteorological visibility. Metres.",
        "minimum": 0,
        "maximum": 100000
      },
      {
        "name": "roadSurfaceDecicelsius",
        "type": [
          "null",
          "int"
        ],
        "default": null,
        "doc": "Temperature of the road surface, 0.1 degrees Celsius.",
        "minimum": -800,
        "maximum": 1000
      },
      {
        "name": "roadSurfaceState",
        "type": [
          "null",
          {
            "type": "enum",
            "name": "RoadSurfaceState",
            "doc": "State of the surface.",
            "symbols": [
              "dry",
              "moist",
              "wet",
              "snow",
              "ice"
            ]
          }
        ],
        "default": null,
        "doc": "State of the surface."
      },
      {
        "name": "pm25DecimicrogramsPerCubicMeter",
        "type": [
          "null",
          "int"
        ],
        "default": null,
        "doc": "Fine dust, 0.1 ug/m3.",
        "minimum": 0,
        "maximum": 20000
      },
      {
        "name": "no2DecimicrogramsPerCubicMeter",
        "type": [
          "null",
          "int"
        ],
        "default": null,
        "doc": "Nitrogen dioxide, 0.1 ug/m3.",
        "minimum": 0,
        "maximum": 50000
      },
      {
        "name": "noiseDecidecibels",
        "type": [
          "null",
          "int"
        ],
        "default": null,
        "doc": "A-weighted sound level, 0.1 dB.",
        "minimum": 0,
        "maximum": 1600
      }
    ]
  },
  "forecast.accuracy.v1": {
    "type": "record",
    "name": "ForecastAccuracy",
    "namespace": "arterial",
    "doc": "How the forecasts of one link or car park did whose targets lie in one hour, at one horizon.",
    "fields": [
      {
        "name": "district",
        "type": "string",
        "doc": "District that owns the place; the key of the topic."
      },
      {
        "name": "subject",
        "type": {
          "type": "enum",
          "name": "ForecastSubject",
          "doc": "What is forecast.",
          "symbols": [
            "link",
            "parking"
          ]
        },
        "doc": "What the forecasts were of: the speed of a link, or the occupancy of a car park."
      },
      {
        "name": "id",
        "type": "string",
        "doc": "Link or parking facility."
      },
      {
        "name": "at",
        "type": {
          "type": "long",
          "logicalType": "timestamp-millis"
        },
        "doc": "When this was emitted, in event time."
      },
      {
        "name": "windowStart",
        "type": {
          "type": "long",
          "logicalType": "timestamp-millis"
        },
        "doc": "Start of the hour in which the targets lie."
      },
      {
        "name": "windowSeconds",
        "type": "int",
        "doc": "Length of the window. Seconds.",
        "minimum": 1,
        "maximum": 86400
      },
      {
        "name": "horizonMinutes",
        "type": "int",
        "doc": "From issue to target. Minutes.",
        "minimum": 1,
        "maximum": 1440
      },
      {
        "name": "judged",
        "type": "int",
        "doc": "Forecasts whose target was measured.",
        "minimum": 0,
        "maximum": 1000000
      },
      {
        "name": "held",
        "type": "int",
        "doc": "Those whose interval held the target, ends included.",
        "minimum": 0,
        "maximum": 1000000
      },
      {
        "name": "absoluteError",
        "type": "long",
        "doc": "Sum of absolute errors. 0.1 km/h of a link, permille of capacity of a car park, as all sums here.",
        "minimum": 0,
        "maximum": 4000000000000
      },
      {
        "name": "persistenceJudged",
        "type": "int",
        "doc": "Those for which there was a last value when they were issued.",
        "minimum": 0,
        "maximum": 1000000
      },
      {
        "name": "persistenceError",
        "type": "long",
        "doc": "Sum of absolute errors of the last value, over persistenceJudged.",
        "minimum": 0,
        "maximum": 4000000000000
      },
      {
        "name": "absoluteErrorBesidePersistence",
        "type": "long",
        "doc": "Sum of absolute errors of the forecasts of persistenceJudged.",
        "minimum": 0,
        "maximum": 4000000000000
      },
      {
        "name": "profileJudged",
        "type": "int",
        "doc": "Those for which the weekly profile was known when they were issued.",
        "minimum": 0,
        "maximum": 1000000
      },
      {
        "name": "profileError",
        "type": "long",
        "doc": "Sum of absolute errors of the weekly profile, over profileJudged.",
        "minimum": 0,
        "maximum": 4000000000000
      },
      {
        "name": "absoluteErrorBesideProfile",
        "type": "long",
        "doc": "Sum of absolute errors of the forecasts of profileJudged.",
        "minimum": 0,
        "maximum": 4000000000000
      },
      {
        "name": "width",
        "type": "long",
        "doc": "Sum of the widths of the intervals.",
        "minimum": 0,
        "maximum": 4000000000000
      },
      {
        "name": "intervalScore",
        "type": "long",
        "doc": "Sum of interval scores: the width, and 20 times the distance of a target outside (Gneiting and Raftery 2007, at 0.9).",
        "minimum": 0,
        "maximum": 4000000000000
      }
    ]
  },
  "forecast.model.v1": {
    "type": "record",
    "name": "ForecastModel",
    "namespace": "arterial",
    "doc": "A learned model by which forecasts may be made from now on.",
    "fields": [
      {
        "name": "district",
        "type": "string",
        "doc": "District whose forecasts it is for; the key of the topic. A model of a city comes once for each."
      },
      {
        "name": "subject",
        "type": {
          "type": "enum",
          "name": "ModelSubject",
          "doc": "What a model forecasts.",
          "symbols": [
            "link",
            "parking"
          ]
        },
        "doc": "What it forecasts."
      },
      {
        "name": "name",
        "type": "string",
        "doc": "Name of the model; follows from the bytes."
      },
      {
        "name": "at",
        "type": {
          "type": "long",
          "logicalType": "timestamp-millis"
        },
        "doc": "When it was handed in."
      },
      {
        "name": "sequence",
        "type": "long",
        "doc": "Grows from one handing in to the next; milliseconds of the city will do.",
        "minimum": 0,
        "maximum": 9007199254740991
      },
      {
        "name": "model",
        "type": "bytes",
        "doc": "The file of the model."
      }
    ]
  },
  "heartbeat.v1": {
    "type": "record",
    "name": "Heartbeat",
    "namespace": "arterial",
    "doc": "Moves the clock of a partition that nobody else moves; may stand in any topic.",
    "fields": [
      {
        "name": "source",
        "type": "string",
        "doc": "Who vouches for the time: an ingest feed, or processor/partition in a derived topic."
      },
      {
        "name": "at",
        "type": {
          "type": "long",
          "logicalType": "timestamp-millis"
        },
        "doc": "Nothing older follows from this source."
      }
    ]
  },
  "incident.v1": {
    "type": "record",
    "name": "Incident",
    "namespace": "arterial",
    "doc": "A traffic event with a life: detected, confirmed, dispatched, resolved, reviewed.",
    "fields": [
      {
        "name": "district",
        "type": "string",
        "doc": "District that owns the place; the key of the topic."
      },
      {
        "name": "incident",
        "type": "string",
        "doc": "Id, made from what it is and where and when it began."
      },
      {
        "name": "at",
        "type": {
          "type": "long",
          "logicalType": "timestamp-millis"
        },
        "doc": "When this revision was emitted, in event time."
      },
      {
        "name": "revision",
        "type": "int",
        "doc": "0 when detected.",
        "minimum": 0,
        "maximum": 1000000
      },
      {
        "name": "kind",
        "type": {
          "type": "enum",
          "name": "IncidentKind",
          "doc": "What it is.",
          "symbols": [
            "stoppedVehicle",
            "wrongWay",
            "pedestrianOnRoad",
            "debris",
            "illegalParking",
            "smoke",
            "flooding",
            "heavyRain",
            "lowVisibility",
            "slipperyRoad",
            "airQuality",
            "accident",
            "obstacle",
            "signalFault",
            "roadDamage",
            "other"
          ]
        },
        "doc": "What it is."
      },
      {
        "name": "status",
        "type": {
          "type": "enum",
          "name": "IncidentStatus",
          "doc": "Where it stands in its life.",
          "symbols": [
            "detected",
            "confirmed",
            "dispatched",
            "resolved",
            "reviewed"
          ]
        },
        "doc": "Where it stands in its life."
      },
      {
        "name": "severity",
        "type": {
          "type": "enum",
          "name": "IncidentSeverity",
          "doc": "How bad.",
          "symbols": [
            "minor",
            "moderate",
            "severe"
          ]
        },
        "doc": "How bad."
      },
      {
        "name": "link",
        "type": [
          "null",
          "string"
        ],
        "default": null,
        "doc": "Link that it bears on."
      },
      {
        "name": "longitude",
        "type": "double",
        "doc": "Degrees, WGS 84.",
        "minimum": -180,
        "maximum": 180
      },
      {
        "name": "latitude",
        "type": "double",
        "doc": "Degrees, WGS 84.",
        "minimum": -90,
        "maximum": 90
      },
      {
        "name": "startedAt",
        "type": {
          "type": "long",
          "logicalType": "timestamp-millis"
        },
        "doc": "First evidence."
      },
      {
        "name": "detectedAt",
        "type": {
          "type": "long",
          "logicalType": "timestamp-millis"
        },
        "doc": "When it was sure enough to be said."
      },
      {
        "name": "endedAt",
        "type": [
          "null",
          {
            "type": "long",
            "logicalType": "timestamp-millis"
          }
        ],
        "default": null,
        "doc": "Last evidence, once it is over."
      },
      {
        "name": "confidencePermille",
        "type": "int",
        "doc": "How sure. Permille.",
        "minimum": 0,
        "maximum": 1000
      },
      {
        "name": "sources",
        "type": {
          "type": "array",
          "items": "string"
        },
        "doc": "Cameras, stations and reports that it rests on, sorted."
      },
      {
        "name": "text",
        "type": "string",
        "doc": "One sentence for people."
      },
      {
        "name": "plateToken",
        "type": [
          "null",
          "string"
        ],
        "default": null,
        "doc": "Token of the vehicle concerned, for notices to its own driver only."
      }
    ]
  },
  "intersection.performance.v1": {
    "type": "record",
    "name": "IntersectionPerformance",
    "namespace": "arterial",
    "doc": "How one signalised intersection did in one window.",
    "fields": [
      {
        "name": "district",
        "type": "string",
        "doc": "District that owns the place; the key of the topic."
      },
      {
        "name": "intersection",
        "type": "string",
        "doc": "Intersection."
      },
      {
        "name": "at",
        "type": {
          "type": "long",
          "logicalType": "timestamp-millis"
        },
        "doc": "When this revision was emitted, in event time."
      },
      {
        "name": "windowStart",
        "type": {
          "type": "long",
          "logicalType": "timestamp-millis"
        },
        "doc": "Start of the window."
      },
      {
        "name": "windowSeconds",
        "type": "int",
        "doc": "Length of the window. Seconds.",
        "minimum": 1,
        "maximum": 86400
      },
      {
        "name": "revision",
        "type": "int",
        "doc": "0 for the first.",
        "minimum": 0,
        "maximum": 1000000
      },
      {
        "name": "cycles",
        "type": "int",
        "doc": "Whole cycles seen.",
        "minimum": 0,
        "maximum": 10000
      },
      {
        "name": "cycleDeciseconds",
        "type": [
          "null",
          "int"
        ],
        "default": null,
        "doc": "Mean cycle length, 0.1 s.",
        "minimum": 0,
        "maximum": 100000
      },
      {
        "name": "phases",
        "type": {
          "type": "array",
          "items": {
            "type": "record",
            "name": "PhasePerformance",
            "doc": "One phase.",
            "fields": [
              {
                "name": "phase",
                "type": "int",
                "doc": "NTCIP phase number.",
                "minimum": 1,
                "maximum": 16
              },
              {
                "name": "greenDeciseconds",
                "type": [
                  "null",
                  "int"
                ],
                "default": null,
                "doc": "Mean green, 0.1 s.",
                "minimum": 0,
                "maximum": 100000
              },
              {
                "name": "volumeVph",
                "type": [
                  "null",
                  "int"
                ],
                "default": null,
                "doc": "Demand volume served. Vehicles per hour.",
                "minimum": 0,
                "maximum": 100000
              },
              {
                "name": "saturationVph",
                "type": "int",
                "doc": "Saturation flow of the phase's critical lane group. Vehicles per hour of green.",
                "minimum": 0,
                "maximum": 100000
              },
              {
                "name": "volumeToCapacityPermille",
                "type": [
                  "null",
                  "int"
                ],
                "default": null,
                "doc": "v/c of the critical lane group, permille.",
                "minimum": 0,
                "maximum": 100000
              },
              {
                "name": "controlDelayDeciseconds",
                "type": [
                  "null",
                  "int"
                ],
                "default": null,
                "doc": "HCM control delay, 0.1 s.",
                "minimum": 0,
                "maximum": 1000000
              },
              {
                "name": "levelOfService",
                "type": [
                  "null",
                  {
                    "type": "enum",
                    "name": "LevelOfService",
                    "doc": "HCM level of service.",
                    "symbols": [
                      "A",
                      "B",
                      "C",
                      "D",
                      "E",
                      "F"
                    ]
                  }
                ],
                "default": null,
                "doc": "By control delay; F when v/c exceeds 1."
              },
              {
                "name": "greenOccupancyPermille",
                "type": [
                  "null",
                  "int"
                ],
                "default": null,
                "doc": "Stop-bar occupancy during green. Permille.",
                "minimum": 0,
                "maximum": 1000
              },
              {
                "name": "splitFailures",
                "type": [
                  "null",
                  "int"
                ],
                "default": null,
                "doc": "Cycles with green and first-5-s-of-red occupancy both at least 0.80. Absent when readings are too coarse to judge a cycle.",
                "minimum": 0,
                "maximum": 10000
              },
              {
                "name": "quality",
                "type": {
                  "type": "enum",
                  "name": "Quality",
                  "doc": "What the value is.",
                  "symbols": [
                    "observed",
                    "imputed",
                    "forecast",
                    "stale",
                    "missing"
                  ]
                },
                "doc": "What the values are."
              }
            ]
          }
        },
        "doc": "In phase order."
      },
      {
        "name": "controlDelayDeciseconds",
        "type": [
          "null",
          "int"
        ],
        "default": null,
        "doc": "Volume-weighted mean control delay, 0.1 s.",
        "minimum": 0,
        "maximum": 1000000
      },
      {
        "name": "levelOfService",
        "type": [
          "null",
          "LevelOfService"
        ],
        "default": null,
        "doc": "By control delay."
      },
      {
        "name": "quality",
        "type": "Quality",
        "doc": "What the values are."
      }
    ]
  },
  "link.forecast.v1": {
    "type": "record",
    "name": "LinkForecast",
    "namespace": "arterial",
    "doc": "The speed of one link at a time to come.",
    "fields": [
      {
        "name": "district",
        "type": "string",
        "doc": "District that owns the place; the key of the topic."
      },
      {
        "name": "link",
        "type": "string",
        "doc": "Link."
      },
      {
        "name": "at",
        "type": {
          "type": "long",
          "logicalType": "timestamp-millis"
        },
        "doc": "When it was issued, in event time."
      },
      {
        "name": "target",
        "type": {
          "type": "long",
          "logicalType": "timestamp-millis"
        },
        "doc": "The time that it speaks of."
      },
      {
        "name": "horizonMinutes",
        "type": "int",
        "doc": "From issue to target. Minutes.",
        "minimum": 1,
        "maximum": 1440
      },
      {
        "name": "spaceMeanDecikph",
        "type": [
          "null",
          "int"
        ],
        "default": null,
        "doc": "Most likely space-mean speed, 0.1 km/h.",
        "minimum": 0,
        "maximum": 3000
      },
      {
        "name": "lowDecikph",
        "type": [
          "null",
          "int"
        ],
        "default": null,
        "doc": "Lower end of the interval, 0.1 km/h.",
        "minimum": 0,
        "maximum": 3000
      },
      {
        "name": "highDecikph",
        "type": [
          "null",
          "int"
        ],
        "default": null,
        "doc": "Upper end of the interval, 0.1 km/h.",
        "minimum": 0,
        "maximum": 3000
      },
      {
        "name": "levelPermille",
        "type": "int",
        "doc": "Share of targets that the interval is meant to hold. Permille.",
        "minimum": 0,
        "maximum": 1000
      },
      {
        "name": "coveragePermille",
        "type": [
          "null",
          "int"
        ],
        "default": null,
        "doc": "Share of past targets that it did hold. Permille.",
        "minimum": 0,
        "maximum": 1000
      },
      {
        "name": "model",
        "type": "string",
        "doc": "Which forecaster made it."
      },
      {
        "name": "quality",
        "type": {
          "type": "enum",
          "name": "Quality",
          "doc": "What the value is.",
          "symbols": [
            "observed",
            "imputed",
            "forecast",
            "stale",
            "missing"
          ]
        },
        "doc": "forecast; stale when nothing was measured in the 20 minutes before; or missing."
      }
    ]
  },
  "link.state.v1": {
    "type": "record",
    "name": "LinkState",
    "namespace": "arterial",
    "doc": "The traffic state of one link in one window.",
    "fields": [
      {
        "name": "district",
        "type": "string",
        "doc": "District that owns the place; the key of the topic."
      },
      {
        "name": "link",
        "type": "string",
        "doc": "Link."
      },
      {
        "name": "at",
        "type": {
          "type": "long",
          "logicalType": "timestamp-millis"
        },
        "doc": "When this revision was emitted, in event time."
      },
      {
        "name": "windowStart",
        "type": {
          "type": "long",
          "logicalType": "timestamp-millis"
        },
        "doc": "Start of the window."
      },
      {
        "name": "windowSeconds",
        "type": "int",
        "doc": "Length of the window. Seconds.",
        "minimum": 1,
        "maximum": 86400
      },
      {
        "name": "revision",
        "type": "int",
        "doc": "0 for the first, one more each time late data changed it.",
        "minimum": 0,
        "maximum": 1000000
      },
      {
        "name": "vehicles",
        "type": "int",
        "doc": "Vehicles counted over all lanes.",
        "minimum": 0,
        "maximum": 1000000
      },
      {
        "name": "flowVph",
        "type": [
          "null",
          "int"
        ],
        "default": null,
        "doc": "Flow rate. Vehicles per hour.",
        "minimum": 0,
        "maximum": 100000
      },
      {
        "name": "occupancyPermille",
        "type": [
          "null",
          "int"
        ],
        "default": null,
        "doc": "Share of time that a detector was occupied, mean over lanes. Permille.",
        "minimum": 0,
        "maximum": 1000
      },
      {
        "name": "spaceMeanDecikph",
        "type": [
          "null",
          "int"
        ],
        "default": null,
        "doc": "Space-mean speed, 0.1 km/h.",
        "minimum": 0,
        "maximum": 3000
      },
      {
        "name": "delayDeciseconds",
        "type": [
          "null",
          "int"
        ],
        "default": null,
        "doc": "Mean delay of a vehicle on the link against free flow, 0.1 s.",
        "minimum": 0,
        "maximum": 1000000
      },
      {
        "name": "travelTimeIndexPermille",
        "type": [
          "null",
          "int"
        ],
        "default": null,
        "doc": "Travel time over free-flow travel time, permille.",
        "minimum": 0,
        "maximum": 1000000
      },
      {
        "name": "levelOfService",
        "type": [
          "null",
          {
            "type": "enum",
            "name": "LevelOfService",
            "doc": "HCM level of service.",
            "symbols": [
              "A",
              "B",
              "C",
              "D",
              "E",
              "F"
            ]
          }
        ],
        "default": null,
        "doc": "By travel speed as a share of free-flow speed (HCM urban streets)."
      },
      {
        "name": "quality",
        "type": {
          "type": "enum",
          "name": "Quality",
          "doc": "What the value is.",
          "symbols": [
            "observed",
            "imputed",
            "forecast",
            "stale",
            "missing"
          ]
        },
        "doc": "What the value is."
      },
      {
        "name": "samples",
        "type": "int",
        "doc": "Readings that the values rest on.",
        "minimum": 0,
        "maximum": 1000000
      },
      {
        "name": "expectedSamples",
        "type": "int",
        "doc": "Readings that healthy detectors would have sent.",
        "minimum": 0,
        "maximum": 1000000
      }
    ]
  },
  "notification.v1": {
    "type": "record",
    "name": "DriverNotification",
    "namespace": "arterial",
    "doc": "One notice to one subscription.",
    "fields": [
      {
        "name": "district",
        "type": "string",
        "doc": "District that owns the place; the key of the topic."
      },
      {
        "name": "notification",
        "type": "string",
        "doc": "Id of the notice."
      },
      {
        "name": "subscription",
        "type": "string",
        "doc": "To whom."
      },
      {
        "name": "at",
        "type": {
          "type": "long",
          "logicalType": "timestamp-millis"
        },
        "doc": "When, in event time."
      },
      {
        "name": "kind",
        "type": {
          "type": "enum",
          "name": "NotificationKind",
          "doc": "What about.",
          "symbols": [
            "parkingLikely",
            "parkingUnlikely",
            "hazard",
            "illegalParking"
          ]
        },
        "doc": "What about."
      },
      {
        "name": "facility",
        "type": [
          "null",
          "string"
        ],
        "default": null,
        "doc": "Car park that it names."
      },
      {
        "name": "incident",
        "type": [
          "null",
          "string"
        ],
        "default": null,
        "doc": "Incident that it names."
      },
      {
        "name": "spaceProbabilityPermille",
        "type": [
          "null",
          "int"
        ],
        "default": null,
        "doc": "Probability of a space on arrival. Permille.",
        "minimum": 0,
        "maximum": 1000
      },
      {
        "name": "basis",
        "type": {
          "type": "enum",
          "name": "NotificationBasis",
          "doc": "What it rests on.",
          "symbols": [
            "sensor",
            "forecast"
          ]
        },
        "doc": "What it rests on."
      },
      {
        "name": "text",
        "type": "string",
        "doc": "What the driver reads."
      },
      {
        "name": "url",
        "type": [
          "null",
          "string"
        ],
        "default": null,
        "doc": "Link that navigates to the car park (geo URI)."
      },
      {
        "name": "expiresAt",
        "type": {
          "type": "long",
          "logicalType": "timestamp-millis"
        },
        "doc": "Worthless after this time."
      }
    ]
  },
  "parking.event.v1": {
    "type": "record",
    "name": "ParkingEvent",
    "namespace": "arterial",
    "doc": "Something that changed the occupancy of a parking facility, or counted it.",
    "fields": [
      {
        "name": "facility",
        "type": "string",
        "doc": "Parking facility; the key of the topic."
      },
      {
        "name": "sequence",
        "type": "long",
        "doc": "Counter of the source, from 0; with the source it names the record, so a repeat is known.",
        "minimum": 0,
        "maximum": 9007199254740991
      },
      {
        "name": "at",
        "type": {
          "type": "long",
          "logicalType": "timestamp-millis"
        },
        "doc": "When it happened."
      },
      {
        "name": "kind",
        "type": {
          "type": "enum",
          "name": "ParkingEventKind",
          "doc": "What happened.",
          "symbols": [
            "entry",
            "exit",
            "spaceOn",
            "spaceOff",
            "count"
          ]
        },
        "doc": "What happened."
      },
      {
        "name": "space",
        "type": [
          "null",
          "string"
        ],
        "default": null,
        "doc": "Space that became taken (spaceOn) or free (spaceOff)."
      },
      {
        "name": "occupiedSpaces",
        "type": [
          "null",
          "int"
        ],
        "default": null,
        "doc": "Vehicles inside, for an absolute count.",
        "minimum": 0,
        "maximum": 100000
      }
    ]
  },
  "parking.forecast.v1": {
    "type": "record",
    "name": "ParkingForecast",
    "namespace": "arterial",
    "doc": "The free spaces of one facility at a time to come.",
    "fields": [
      {
        "name": "district",
        "type": "string",
        "doc": "District that owns the place; the key of the topic."
      },
      {
        "name": "facility",
        "type": "string",
        "doc": "Parking facility."
      },
      {
        "name": "at",
        "type": {
          "type": "long",
          "logicalType": "timestamp-millis"
        },
        "doc": "When it was issued, in event time."
      },
      {
        "name": "target",
        "type": {
          "type": "long",
          "logicalType": "timestamp-millis"
        },
        "doc": "The time that it speaks of."
      },
      {
        "name": "horizonMinutes",
        "type": "int",
        "doc": "From issue to target. Minutes.",
        "minimum": 1,
        "maximum": 1440
      },
      {
        "name": "capacitySpaces",
        "type": "int",
        "doc": "Spaces in all.",
        "minimum": 0,
        "maximum": 100000
      },
      {
        "name": "freeSpaces",
        "type": [
          "null",
          "int"
        ],
        "default": null,
        "doc": "Most likely free spaces.",
        "minimum": 0,
        "maximum": 100000
      },
      {
        "name": "lowSpaces",
        "type": [
          "null",
          "int"
        ],
        "default": null,
        "doc": "Lower end of the interval.",
        "minimum": 0,
        "maximum": 100000
      },
      {
        "name": "highSpaces",
        "type": [
          "null",
          "int"
        ],
        "default": null,
        "doc": "Upper end of the interval.",
        "minimum": 0,
        "maximum": 100000
      },
      {
        "name": "spaceProbabilityPermille",
        "type": [
          "null",
          "int"
        ],
        "default": null,
        "doc": "Probability that at least one space is free at the target. Permille.",
        "minimum": 0,
        "maximum": 1000
      },
      {
        "name": "levelPermille",
        "type": "int",
        "doc": "Share of targets that the interval is meant to hold. Permille.",
        "minimum": 0,
        "maximum": 1000
      },
      {
        "name": "coveragePermille",
        "type": [
          "null",
          "int"
        ],
        "default": null,
        "doc": "Share of past targets that it did hold. Permille.",
        "minimum": 0,
        "maximum": 1000
      },
      {
        "name": "model",
        "type": "string",
        "doc": "Which forecaster made it."
      },
      {
        "name": "quality",
        "type": {
          "type": "enum",
          "name": "Quality",
          "doc": "What the value is.",
          "symbols": [
            "observed",
            "imputed",
            "forecast",
            "stale",
            "missing"
          ]
        },
        "doc": "forecast; stale when nothing was measured in the 20 minutes before; or missing."
      }
    ]
  },
  "parking.state.v1": {
    "type": "record",
    "name": "ParkingState",
    "namespace": "arterial",
    "doc": "The occupancy of one parking facility.",
    "fields": [
      {
        "name": "district",
        "type": "string",
        "doc": "District that owns the place; the key of the topic."
      },
      {
        "name": "facility",
        "type": "string",
        "doc": "Parking facility."
      },
      {
        "name": "at",
        "type": {
          "type": "long",
          "logicalType": "timestamp-millis"
        },
        "doc": "When this was emitted, in event time."
      },
      {
        "name": "windowStart",
        "type": {
          "type": "long",
          "logicalType": "timestamp-millis"
        },
        "doc": "Start of the window."
      },
      {
        "name": "windowSeconds",
        "type": "int",
        "doc": "Length of the window. Seconds.",
        "minimum": 1,
        "maximum": 86400
      },
      {
        "name": "revision",
        "type": "int",
        "doc": "0 for the first.",
        "minimum": 0,
        "maximum": 1000000
      },
      {
        "name": "capacitySpaces",
        "type": "int",
        "doc": "Spaces in all.",
        "minimum": 0,
        "maximum": 100000
      },
      {
        "name": "occupiedSpaces",
        "type": [
          "null",
          "int"
        ],
        "default": null,
        "doc": "Spaces taken at the end of the window.",
        "minimum": 0,
        "maximum": 100000
      },
      {
        "name": "freeSpaces",
        "type": [
          "null",
          "int"
        ],
        "default": null,
        "doc": "Spaces free at the end of the window.",
        "minimum": 0,
        "maximum": 100000
      },
      {
        "name": "entries",
        "type": "int",
        "doc": "Vehicles in, within the window.",
        "minimum": 0,
        "maximum": 100000
      },
      {
        "name": "exits",
        "type": "int",
        "doc": "Vehicles out, within the window.",
        "minimum": 0,
        "maximum": 100000
      },
      {
        "name": "driftSpaces",
        "type": "int",
        "doc": "How far gate counting was off at the last absolute count: counted less integrated.",
        "minimum": -100000,
        "maximum": 100000
      },
      {
        "name": "method",
        "type": {
          "type": "enum",
          "name": "OccupancyMethod",
          "doc": "How the occupancy was found.",
          "symbols": [
            "gates",
            "spaces",
            "count",
            "none"
          ]
        },
        "doc": "How the occupancy was found."
      },
      {
        "name": "quality",
        "type": {
          "type": "enum",
          "name": "Quality",
          "doc": "What the value is.",
          "symbols": [
            "observed",
            "imputed",
            "forecast",
            "stale",
            "missing"
          ]
        },
        "doc": "What the value is."
      },
      {
        "name": "observedAt",
        "type": [
          "null",
          {
            "type": "long",
            "logicalType": "timestamp-millis"
          }
        ],
        "default": null,
        "doc": "Newest evidence."
      }
    ]
  },
  "rejected.v1": {
    "type": "record",
    "name": "RejectedRecord",
    "namespace": "arterial",
    "doc": "A record that could not be used, and why; what `<topic>.rejected` holds.",
    "fields": [
      {
        "name": "topic",
        "type": "string",
        "doc": "Topic that it was meant for."
      },
      {
        "name": "code",
        "type": "string",
        "doc": "Rejection code; each has a row in docs/errors.md."
      },
      {
        "name": "field",
        "type": "string",
        "doc": "Path of the field at fault; empty when the record as a whole is."
      },
      {
        "name": "detail",
        "type": "string",
        "doc": "What was found, and what would be right."
      },
      {
        "name": "receivedAt",
        "type": {
          "type": "long",
          "logicalType": "timestamp-millis"
        },
        "doc": "When it came in, by the clock of the city."
      },
      {
        "name": "bytes",
        "type": "bytes",
        "doc": "The record as it came, up to 64 KiB, number plates masked; empty where plates could not be told from the rest."
      }
    ]
  },
  "signal.acknowledgement.v1": {
    "type": "record",
    "name": "SignalAcknowledgement",
    "namespace": "arterial",
    "doc": "What became of a recommendation.",
    "fields": [
      {
        "name": "district",
        "type": "string",
        "doc": "District that owns the place; the key of the topic."
      },
      {
        "name": "intersection",
        "type": "string",
        "doc": "Intersection."
      },
      {
        "name": "recommendation",
        "type": "string",
        "doc": "Recommendation."
      },
      {
        "name": "sequence",
        "type": "long",
        "doc": "Counter of the source, from 0; with the source it names the record, so a repeat is known.",
        "minimum": 0,
        "maximum": 9007199254740991
      },
      {
        "name": "at",
        "type": {
          "type": "long",
          "logicalType": "timestamp-millis"
        },
        "doc": "When."
      },
      {
        "name": "status",
        "type": {
          "type": "enum",
          "name": "AcknowledgementStatus",
          "doc": "What became of it.",
          "symbols": [
            "accepted",
            "rejected",
            "applied",
            "superseded",
            "withdrawn"
          ]
        },
        "doc": "What became of it."
      },
      {
        "name": "reason",
        "type": [
          "null",
          "string"
        ],
        "default": null,
        "doc": "Why, when it was rejected or withdrawn."
      },
      {
        "name": "by",
        "type": "string",
        "doc": "Role or controller that says so."
      }
    ]
  },
  "signal.benefit.v1": {
    "type": "record",
    "name": "SignalBenefit",
    "namespace": "arterial",
    "doc": "What an applied recommendation has been worth so far, measured against what the plan before would have cost.",
    "fields": [
      {
        "name": "district",
        "type": "string",
        "doc": "District of the intersection; the key of the topic."
      },
      {
        "name": "intersection",
        "type": "string",
        "doc": "Intersection."
      },
      {
        "name": "recommendation",
        "type": "string",
        "doc": "Recommendation that was applied."
      },
      {
        "name": "at",
        "type": {
          "type": "long",
          "logicalType": "timestamp-millis"
        },
        "doc": "When it was said, in event time."
      },
      {
        "name": "appliedAt",
        "type": {
          "type": "long",
          "logicalType": "timestamp-millis"
        },
        "doc": "When the controller applied it."
      },
      {
        "name": "windows",
        "type": "int",
        "doc": "Windows measured since.",
        "minimum": 1,
        "maximum": 1000
      },
      {
        "name": "predictedSavingDeciseconds",
        "type": "int",
        "doc": "Mean saving that was expected, 0.1 s a vehicle.",
        "minimum": -1000000,
        "maximum": 1000000
      },
      {
        "name": "delayDeciseconds",
        "type": "int",
        "doc": "Mean control delay measured since, 0.1 s a vehicle.",
        "minimum": 0,
        "maximum": 1000000
      },
      {
        "name": "expectedDelayDeciseconds",
        "type": "int",
        "doc": "Mean control delay that the plan before would have had with the same traffic, 0.1 s a vehicle.",
        "minimum": 0,
        "maximum": 1000000
      },
      {
        "name": "savingDeciseconds",
        "type": "int",
        "doc": "The difference of the two, 0.1 s a vehicle.",
        "minimum": -1000000,
        "maximum": 1000000
      },
      {
        "name": "savingLowDeciseconds",
        "type": "int",
        "doc": "Lower end of the saving, nine times in ten, 0.1 s a vehicle.",
        "minimum": -1000000,
        "maximum": 1000000
      },
      {
        "name": "savingHighDeciseconds",
        "type": "int",
        "doc": "Upper end of the saving, nine times in ten, 0.1 s a vehicle.",
        "minimum": -1000000,
        "maximum": 1000000
      },
      {
        "name": "verdict",
        "type": {
          "type": "enum",
          "name": "BenefitVerdict",
          "doc": "What the interval says.",
          "symbols": [
            "better",
            "unsure",
            "worse"
          ]
        },
        "doc": "What the interval says: above 0, across it or below."
      }
    ]
  },
  "signal.event.v1": {
    "type": "record",
    "name": "SignalEvents",
    "namespace": "arterial",
    "doc": "What one signal controller did in one second, in the Indiana hi-resolution enumeration.",
    "fields": [
      {
        "name": "site",
        "type": "string",
        "doc": "Site of the controller; the key of the topic."
      },
      {
        "name": "intersection",
        "type": "string",
        "doc": "Intersection, equal to its controller."
      },
      {
        "name": "sequence",
        "type": "long",
        "doc": "Counter of the source, from 0; with the source it names the record, so a repeat is known.",
        "minimum": 0,
        "maximum": 9007199254740991
      },
      {
        "name": "at",
        "type": {
          "type": "long",
          "logicalType": "timestamp-millis"
        },
        "doc": "Start of the second."
      },
      {
        "name": "events",
        "type": {
          "type": "array",
          "items": {
            "type": "record",
            "name": "SignalEvent",
            "doc": "One event.",
            "fields": [
              {
                "name": "code",
                "type": "int",
                "doc": "Indiana enumeration: 1 begin green, 8 begin yellow, 10 begin red clearance, 21 walk, 82 detector on, ...",
                "minimum": 0,
                "maximum": 255
              },
              {
                "name": "parameter",
                "type": "int",
                "doc": "Phase, channel or plan that the code speaks of.",
                "minimum": 0,
                "maximum": 65535
              },
              {
                "name": "deciseconds",
                "type": "int",
                "doc": "Tenths of a second after the start of the second.",
                "minimum": 0,
                "maximum": 9
              }
            ],
            "columns": true
          }
        },
        "doc": "In the order in which they happened."
      }
    ]
  },
  "signal.recommendation.v1": {
    "type": "record",
    "name": "SignalRecommendation",
    "namespace": "arterial",
    "doc": "A timing plan that proves itself. Advice: nothing here writes to a controller.",
    "fields": [
      {
        "name": "district",
        "type": "string",
        "doc": "District that owns the place; the key of the topic."
      },
      {
        "name": "intersection",
        "type": "string",
        "doc": "Intersection."
      },
      {
        "name": "recommendation",
        "type": "string",
        "doc": "Id of the recommendation."
      },
      {
        "name": "at",
        "type": {
          "type": "long",
          "logicalType": "timestamp-millis"
        },
        "doc": "When it was issued, in event time."
      },
      {
        "name": "expiresAt",
        "type": {
          "type": "long",
          "logicalType": "timestamp-millis"
        },
        "doc": "Not to be applied after this time."
      },
      {
        "name": "nonce",
        "type": "string",
        "doc": "Never used twice."
      },
      {
        "name": "plan",
        "type": {
          "type": "record",
          "name": "TimingPlan",
          "doc": "Cycle, splits and offset.",
          "fields": [
            {
              "name": "cycleSeconds",
              "type": "int",
              "doc": "Seconds.",
              "minimum": 1,
              "maximum": 600
            },
            {
              "name": "offsetSeconds",
              "type": "int",
              "doc": "Start of the cycle in the reference of the day. Seconds.",
              "minimum": 0,
              "maximum": 600
            },
            {
              "name": "splits",
              "type": {
                "type": "array",
                "items": {
                  "type": "record",
                  "name": "Split",
                  "doc": "Green, yellow and red clearance of one phase.",
                  "fields": [
                    {
                      "name": "phase",
                      "type": "int",
                      "doc": "NTCIP phase number.",
                      "minimum": 1,
                      "maximum": 16
                    },
                    {
                      "name": "seconds",
                      "type": "int",
                      "doc": "Seconds.",
                      "minimum": 0,
                      "maximum": 600
                    }
                  ]
                }
              },
              "doc": "In phase order."
            }
          ]
        },
        "doc": "What is recommended."
      },
      {
        "name": "previous",
        "type": "TimingPlan",
        "doc": "What was in force."
      },
      {
        "name": "constraints",
        "type": {
          "type": "array",
          "items": {
            "type": "record",
            "name": "Constraint",
            "doc": "One condition of safety, with its numbers.",
            "fields": [
              {
                "name": "name",
                "type": "string",
                "doc": "Which condition; see the dictionary."
              },
              {
                "name": "phase",
                "type": [
                  "null",
                  "int"
                ],
                "default": null,
                "doc": "Phase that it speaks of, if one.",
                "minimum": 1,
                "maximum": 16
              },
              {
                "name": "value",
                "type": "double",
                "doc": "What the plan has."
              },
              {
                "name": "relation",
                "type": {
                  "type": "enum",
                  "name": "Relation",
                  "doc": "How the value must stand to the bound.",
                  "symbols": [
                    "atLeast",
                    "atMost",
                    "equals"
                  ]
                },
                "doc": "How the value must stand to the bound."
              },
              {
                "name": "bound",
                "type": "double",
                "doc": "What it must respect."
              },
              {
                "name": "unit",
                "type": "string",
                "doc": "Unit of both."
              },
              {
                "name": "met",
                "type": "boolean",
                "doc": "True, or the document would not exist."
              }
            ]
          }
        },
        "doc": "Every condition that was evaluated."
      },
      {
        "name": "evidence",
        "type": {
          "type": "record",
          "name": "Evidence",
          "doc": "What it rests on.",
          "fields": [
            {
              "name": "windowStart",
              "type": {
                "type": "long",
                "logicalType": "timestamp-millis"
              },
              "doc": "Start of the measurements."
            },
            {
              "name": "windowEnd",
              "type": {
                "type": "long",
                "logicalType": "timestamp-millis"
              },
              "doc": "End of the measurements."
            },
            {
              "name": "windows",
              "type": "int",
              "doc": "How many windows.",
              "minimum": 0,
              "maximum": 10000
            },
            {
              "name": "quality",
              "type": {
                "type": "enum",
                "name": "Quality",
                "doc": "What the values are.",
                "symbols": [
                  "observed",
                  "imputed",
                  "forecast",
                  "stale",
                  "missing"
                ]
              },
              "doc": "Worst quality among them."
            }
          ]
        },
        "doc": "What it rests on."
      },
      {
        "name": "currentDelayDeciseconds",
        "type": "int",
        "doc": "Mean control delay now, 0.1 s a vehicle.",
        "minimum": 0,
        "maximum": 1000000
      },
      {
        "name": "predictedDelayDeciseconds",
        "type": "int",
        "doc": "Mean control delay expected, 0.1 s a vehicle.",
        "minimum": 0,
        "maximum": 1000000
      },
      {
        "name": "benefitLowDeciseconds",
        "type": "int",
        "doc": "Lower end of the expected saving, 0.1 s a vehicle.",
        "minimum": -1000000,
        "maximum": 1000000
      },
      {
        "name": "benefitHighDeciseconds",
        "type": "int",
        "doc": "Upper end of the expected saving, 0.1 s a vehicle.",
        "minimum": -1000000,
        "maximum": 1000000
      },
      {
        "name": "reason",
        "type": "string",
        "doc": "One sentence for the engineer."
      },
      {
        "name": "signature",
        "type": "string",
        "doc": "HMAC-SHA-256 over the document without this field, hexadecimal; empty until it leaves the system."
      }
    ]
  },
  "signal.stage.v1": {
    "type": "record",
    "name": "SignalStage",
    "namespace": "arterial",
    "doc": "Which phases are best green next, and from when. Advice: nothing here writes to a controller.",
    "fields": [
      {
        "name": "district",
        "type": "string",
        "doc": "District of the intersection; the key of the topic."
      },
      {
        "name": "intersection",
        "type": "string",
        "doc": "Intersection."
      },
      {
        "name": "advice",
        "type": "string",
        "doc": "Id of the advice."
      },
      {
        "name": "at",
        "type": {
          "type": "long",
          "logicalType": "timestamp-millis"
        },
        "doc": "When it was issued, in event time."
      },
      {
        "name": "statusAt",
        "type": {
          "type": "long",
          "logicalType": "timestamp-millis"
        },
        "doc": "Moment of the status that it answers."
      },
      {
        "name": "callAt",
        "type": {
          "type": "long",
          "logicalType": "timestamp-millis"
        },
        "doc": "When the phases are to be called; they turn green when it is safe."
      },
      {
        "name": "expiresAt",
        "type": {
          "type": "long",
          "logicalType": "timestamp-millis"
        },
        "doc": "Not to be applied after this time; the controller goes on with its own plan."
      },
      {
        "name": "nonce",
        "type": "string",
        "doc": "Never used twice."
      },
      {
        "name": "phases",
        "type": {
          "type": "array",
          "items": "int"
        },
        "doc": "Phases to be green, and to be held until other advice comes."
      },
      {
        "name": "previous",
        "type": {
          "type": "array",
          "items": "int"
        },
        "doc": "Phases that were green, or that a clearance led to."
      },
      {
        "name": "constraints",
        "type": {
          "type": "array",
          "items": {
            "type": "record",
            "name": "StageConstraint",
            "doc": "One condition of safety, with its numbers.",
            "fields": [
              {
                "name": "name",
                "type": "string",
                "doc": "Which condition; see the dictionary."
              },
              {
                "name": "phase",
                "type": [
                  "null",
                  "int"
                ],
                "default": null,
                "doc": "Phase that it speaks of, if one.",
                "minimum": 1,
                "maximum": 255
              },
              {
                "name": "value",
                "type": "double",
                "doc": "What the advice has."
              },
              {
                "name": "relation",
                "type": {
                  "type": "enum",
                  "name": "StageRelation",
                  "doc": "How the value must stand to the bound.",
                  "symbols": [
                    "atLeast",
                    "atMost",
                    "equals"
                  ]
                },
                "doc": "How the value must stand to the bound."
              },
              {
                "name": "bound",
                "type": "double",
                "doc": "What it must respect."
              },
              {
                "name": "unit",
                "type": "string",
                "doc": "Unit of both."
              },
              {
                "name": "met",
                "type": "boolean",
                "doc": "True, or the document would not exist."
              }
            ]
          }
        },
        "doc": "Every condition that was evaluated."
      },
      {
        "name": "waitingVehicles",
        "type": "int",
        "doc": "Vehicles that are thought to stand at the intersection.",
        "minimum": 0,
        "maximum": 100000
      },
      {
        "name": "servedVehicles",
        "type": "int",
        "doc": "Of them, those in the lanes that the phases serve.",
        "minimum": 0,
        "maximum": 100000
      },
      {
        "name": "longestWaitSeconds",
        "type": "int",
        "doc": "How long the first of a lane has stood without any leaving. Seconds.",
        "minimum": 0,
        "maximum": 100000
      },
      {
        "name": "reason",
        "type": "string",
        "doc": "One sentence for the engineer."
      },
      {
        "name": "signature",
        "type": "string",
        "doc": "HMAC-SHA-256 over the document without this field, hexadecimal; empty until it leaves the system."
      }
    ]
  },
  "signal.status.v1": {
    "type": "record",
    "name": "SignalStatus",
    "namespace": "arterial",
    "doc": "What one signal shows at one moment, and what its loops and zones saw since the last.",
    "fields": [
      {
        "name": "district",
        "type": "string",
        "doc": "District of the intersection; the key of the topic."
      },
      {
        "name": "intersection",
        "type": "string",
        "doc": "Intersection, equal to its controller."
      },
      {
        "name": "sequence",
        "type": "long",
        "doc": "Counter of the source, from 0; with the source it names the record, so a repeat is known.",
        "minimum": 0,
        "maximum": 9007199254740991
      },
      {
        "name": "at",
        "type": {
          "type": "long",
          "logicalType": "timestamp-millis"
        },
        "doc": "The moment; end of the interval."
      },
      {
        "name": "intervalSeconds",
        "type": "int",
        "doc": "Length of the interval that the readings cover; 0 when there is none yet. Seconds.",
        "minimum": 0,
        "maximum": 3600
      },
      {
        "name": "delayMilliseconds",
        "type": "int",
        "doc": "From this moment to when the controller could act on an answer, as it knows. Milliseconds.",
        "minimum": 0,
        "maximum": 60000
      },
      {
        "name": "green",
        "type": {
          "type": "array",
          "items": "int"
        },
        "doc": "Phases that are green (NTCIP 1202 phaseStatusGroupGreens)."
      },
      {
        "name": "next",
        "type": {
          "type": "array",
          "items": "int"
        },
        "doc": "Phases that a clearance leads to (NTCIP 1202 phaseStatusGroupPhaseNexts), with those that stay green; none where it is not known."
      },
      {
        "name": "greenDeciseconds",
        "type": "int",
        "doc": "Since the last green began. 0.1 s.",
        "minimum": 0,
        "maximum": 864000
      },
      {
        "name": "loops",
        "type": {
          "type": "array",
          "items": {
            "type": "record",
            "name": "LoopStatus",
            "doc": "What one loop said.",
            "fields": [
              {
                "name": "detector",
                "type": "string",
                "doc": "Detector of the network."
              },
              {
                "name": "count",
                "type": [
                  "null",
                  "int"
                ],
                "default": null,
                "doc": "Vehicles that left it in the interval. Absent when it is faulty.",
                "minimum": 0,
                "maximum": 10000
              },
              {
                "name": "occupancyPermille",
                "type": [
                  "null",
                  "int"
                ],
                "default": null,
                "doc": "Share of the interval that it was occupied. Permille. Absent when it is faulty.",
                "minimum": 0,
                "maximum": 1000
              },
              {
                "name": "isOn",
                "type": "boolean",
                "doc": "Whether it is occupied at this moment."
              }
            ]
          }
        },
        "doc": "Loops of the intersection."
      },
      {
        "name": "zones",
        "type": {
          "type": "array",
          "items": {
            "type": "record",
            "name": "ZoneStatus",
            "doc": "What one zone sees at this moment.",
            "fields": [
              {
                "name": "zone",
                "type": "string",
                "doc": "Zone of the network."
              },
              {
                "name": "vehicles",
                "type": [
                  "null",
                  "int"
                ],
                "default": null,
                "doc": "Vehicles in it. Absent when it is faulty.",
                "minimum": 0,
                "maximum": 10000
              },
              {
                "name": "halted",
                "type": [
                  "null",
                  "int"
                ],
                "default": null,
                "doc": "Of them, those that stand. Absent when it is faulty.",
                "minimum": 0,
                "maximum": 10000
              },
              {
                "name": "queueDecimeters",
                "type": [
                  "null",
                  "int"
                ],
                "default": null,
                "doc": "Length of what stands in it. 0.1 m. Absent when it is faulty.",
                "minimum": 0,
                "maximum": 100000
              }
            ]
          }
        },
        "doc": "Zones in which radar or cameras see every vehicle."
      }
    ]
  }
};
