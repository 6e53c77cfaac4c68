-- One parcel for each order.
CREATE TABLE parcel (
  order_id uuid PRIMARY KEY,
  tracking_number text NOT NULL,
  shipped_at timestamptz NOT NULL DEFAULT now()
);
