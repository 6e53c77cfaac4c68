-- What a customer pays for an order, in the currency's smallest unit; once, whatever happens.
CREATE TABLE charge (
  order_id uuid PRIMARY KEY,
  total_minor bigint NOT NULL CHECK (total_minor >= 0),
  currency char(3) NOT NULL,
  requested_at timestamptz NOT NULL DEFAULT now(),
  payment_id uuid UNIQUE,
  charged_at timestamptz
);
